/*
 * Loaded into a host and its engine through NODE_OPTIONS: notes in ASSAY_NETWORK_LOG that it watches, and every name
 * that is looked up and every address beyond this machine that is connected to or sent to. Plain JavaScript, for the
 * Node inside an older Electron.
 */
import { appendFileSync } from 'node:fs';
import { Socket as DatagramSocket } from 'node:dgram';
import dns from 'node:dns';
import { Socket } from 'node:net';

const log = process.env['ASSAY_NETWORK_LOG'];
const local = /^(127\.|::1$|localhost$|::ffff:127\.)/;

/** @param {string} line */
function note(line) {
  if (log !== undefined) appendFileSync(log, `${line}\n`);
}

/**
 * The host that the parameters of `Socket.connect` name; null for a pipe.
 * @param {readonly unknown[]} parameters
 * @returns {string | null}
 */
function hostOf(parameters) {
  /** @type {readonly unknown[]} */
  const [first, second] = Array.isArray(parameters[0]) ? parameters[0] : parameters;
  if (typeof first === 'object' && first !== null) {
    const { host, path } = /** @type {{ readonly host?: string, readonly path?: string }} */ (first);
    return path === undefined ? (host ?? 'localhost') : null;
  }
  if (typeof first === 'number') return typeof second === 'string' ? second : 'localhost';
  return null;
}

/**
 * Puts a note before a function of the system's network.
 * @param {object} owner
 * @param {string} name
 * @param {(parameters: readonly unknown[]) => string | null} addressOf
 */
function watch(owner, name, addressOf) {
  const original = Reflect.get(owner, name);
  /** @this {unknown} @param {...unknown} parameters */
  const watched = function (...parameters) {
    const address = addressOf(parameters);
    if (address !== null && !local.test(address)) note(`${name} ${address}`);
    return Reflect.apply(original, this, parameters);
  };
  Reflect.set(owner, name, watched);
}

watch(Socket.prototype, 'connect', hostOf);
watch(dns, 'lookup', ([name]) => String(name));
watch(DatagramSocket.prototype, 'send', (parameters) => {
  const address = parameters.findLast((parameter) => typeof parameter === 'string');
  return address === undefined ? null : String(address);
});
note(`watching ${process.argv[1] ?? ''}`);
