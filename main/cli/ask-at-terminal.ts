import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks on standard error and waits for a line; an empty answer where the person ends the input or interrupts. What is secret is not shown. */
export function askAtTerminal(question: string, interrupt: () => void, isSecret = false): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({
    input: process.stdin,
    output: isSecret ? unseen : process.stderr,
    // Only a terminal that is read key by key does not show them.
    ...(isSecret ? { terminal: true } : {}),
  });
  if (isSecret) process.stderr.write(`${question} `);
  return new Promise((answered) => {
    terminal.question(`${question} `, (answer) => {
      if (isSecret) process.stderr.write('\n');
      answered(answer);
      terminal.close();
    });
    terminal.on('SIGINT', () => {
      interrupt();
      terminal.close();
    });
    terminal.on('close', () => answered(''));
  });
}
