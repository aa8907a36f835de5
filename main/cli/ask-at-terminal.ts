import { createInterface } from 'node:readline';

/** Asks on standard error and waits for a line; an empty answer where the person ends the input or interrupts. */
export function askAtTerminal(question: string, interrupt: () => void): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((answered) => {
    terminal.question(`${question} `, (answer) => {
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
