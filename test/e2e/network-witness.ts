/*
 * Loaded into a host and its engine through NODE_OPTIONS: notes in ASSAY_NETWORK_LOG that it watches, and every name
 * that is looked up and every address beyond this machine that is connected to or sent to.
 */
import { appendFileSync } from 'node:fs';
import { Socket as DatagramSocket } from 'node:dgram';
import dns from 'node:dns';
import { Socket } from 'node:net';

const log = process.env['ASSAY_NETWORK_LOG'];
const local = /^(127\.|::1$|localhost$|::ffff:127\.)/;

function note(line: string): void {
  if (log !== undefined) appendFileSync(log, `${line}\n`);
}

/** The host that the parameters of `Socket.connect` name; null for a pipe. */
function hostOf(parameters: readonly unknown[]): string | null {
  const [first, second]: readonly unknown[] = Array.isArray(parameters[0]) ? parameters[0] : parameters;
  if (typeof first === 'object' && first !== null) {
    const { host, path } = first as { readonly host?: string; readonly path?: string };
    return path === undefined ? (host ?? 'localhost') : null;
  }
  if (typeof first === 'number') return typeof second === 'string' ? second : 'localhost';
  return null;
}

/** Puts a note before a function of the system's network. */
function watch(owner: object, name: string, addressOf: (parameters: readonly unknown[]) => string | null): void {
  const original = Reflect.get(owner, name) as (...parameters: unknown[]) => unknown;
  Reflect.set(owner, name, function (this: unknown, ...parameters: unknown[]) {
    const address = addressOf(parameters);
    if (address !== null && !local.test(address)) note(`${name} ${address}`);
    return Reflect.apply(original, this, parameters);
  });
}

watch(Socket.prototype, 'connect', hostOf);
watch(dns, 'lookup', ([name]) => String(name));
watch(DatagramSocket.prototype, 'send', (parameters) => {
  const address = parameters.findLast((parameter) => typeof parameter === 'string');
  return address === undefined ? null : String(address);
});
note(`watching ${process.argv[1] ?? ''}`);
