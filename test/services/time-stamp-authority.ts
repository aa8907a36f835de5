import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { readBody } from './read-body.ts';

/** Absent on a machine without OpenSSL: tests with it are skipped by name, but never where CI is to run them all. */
export const isOpensslSkipped = spawnSync('openssl', ['version']).status !== 0 && process.env['CI'] !== 'true';

/** Runs `openssl` in a folder; its words are the error where it fails. */
export function openssl(folder: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${words.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

interface Certificates {
  /** How long the certificate that signs is valid; negative for one that is over. */
  readonly days?: number;
  /** The same of the one between. */
  readonly betweenDays?: number;
  /** `timeStamping` is what it must be. */
  readonly purpose?: string;
  readonly keyKind?: 'rsa' | 'ec';
}

/** What a time-stamp is, among signed messages. */
const timeStampContent = '1.2.840.113549.1.9.16.1.4';

const keyWords = {
  rsa: ['-newkey', 'rsa:2048'],
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
} as const;

/** An authority of RFC 3161: `openssl ts` behind a server on this machine. Its certificate hangs on a root by one between. */
export class TimeStampAuthority {
  /** The root, in PEM. */
  readonly rootPath: string;
  /** What to make of an answer before it is sent. */
  alter: (answer: Buffer) => Buffer = (answer) => answer;
  /** Requests as they came. */
  readonly requests: Buffer[] = [];
  readonly #folder: string;
  readonly #name: string;
  #server: Server | null = null;
  #port = 0;

  constructor(
    folder: string,
    name: string,
    { days = 365, betweenDays = 1000, purpose = 'critical,timeStamping', keyKind = 'rsa' }: Certificates = {},
  ) {
    this.#folder = folder;
    this.#name = name;
    this.rootPath = join(folder, `${name}-root.pem`);
    const authority = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'];
    openssl(
      folder,
      ...['req', '-x509', '-nodes', ...keyWords.ec, '-keyout', `${name}-root.key`, '-out', `${name}-root.pem`],
      ...['-subj', `/O=${name}/CN=Root of ${name}`, '-days', '3650', ...authority.flatMap((each) => ['-addext', each])],
    );
    this.#issue(`${name}-between`, `${name}-root`, 'Authority between', authority, betweenDays, 'ec');
    const forStamps = ['basicConstraints=critical,CA:FALSE', `extendedKeyUsage=${purpose}`];
    this.#issue(`${name}-stamps`, `${name}-between`, 'Time-stamps', forStamps, days, keyKind);
    writeFileSync(join(folder, `${name}-serial`), '01\n');
    writeFileSync(
      join(folder, `${name}.cnf`),
      [
        '[tsa]',
        `serial = ${name}-serial`,
        `signer_cert = ${name}-stamps.pem`,
        `signer_key = ${name}-stamps.key`,
        `certs = ${name}-between.pem`,
        'signer_digest = sha256',
        'default_policy = 1.2.3.4.1',
        'digests = sha256',
        'clock_precision_digits = 3',
        'ess_cert_id_alg = sha256',
        '',
      ].join('\n'),
    );
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}/stamps`;
  }

  /** Listens, from the second time on where it did before. */
  async start(): Promise<void> {
    const server = createServer((request, response) => {
      void readBody(request).then((body) => {
        this.requests.push(body);
        const isQuery = request.headers['content-type'] === 'application/timestamp-query';
        response.writeHead(isQuery ? 200 : 415, { 'Content-Type': 'application/timestamp-reply' });
        response.end(isQuery ? this.alter(this.reply(body)) : '');
      });
    }).listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    this.#port = address.port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  /** The answer to a request in DER. */
  reply(request: Uint8Array): Buffer {
    const file = join(this.#folder, `${this.#name}.tsq`);
    writeFileSync(file, request);
    const words = ['ts', '-reply', '-config', `${this.#name}.cnf`, '-section', 'tsa'];
    openssl(this.#folder, ...words, '-queryfile', file, '-out', `${this.#name}.tsr`);
    return readFileSync(join(this.#folder, `${this.#name}.tsr`));
  }

  /** What another answer says, signed by this one's certificate, whatever that is for: `openssl ts` would not. */
  resign(answer: Uint8Array, contentType = timeStampContent): Buffer {
    writeFileSync(join(this.#folder, 'other.tsr'), answer);
    openssl(this.#folder, 'ts', '-reply', '-in', 'other.tsr', '-token_out', '-out', 'other.token');
    const form = ['-inform', 'DER', '-binary', '-noverify'];
    openssl(this.#folder, 'cms', '-verify', '-in', 'other.token', ...form, '-out', 'other.content');
    openssl(
      this.#folder,
      ...['cms', '-sign', '-in', 'other.content', '-binary', '-nodetach', '-cades', '-md', 'sha256', '-outform', 'DER'],
      ...['-econtent_type', contentType, '-signer', `${this.#name}-stamps.pem`],
      ...['-inkey', `${this.#name}-stamps.key`, '-certfile', `${this.#name}-between.pem`, '-out', 'other.signed'],
    );
    const content = Buffer.concat([Buffer.from('3003020100', 'hex'), readFileSync(join(this.#folder, 'other.signed'))]);
    const head = Buffer.from([0x30, 0x82, 0, 0]);
    head.writeUInt16BE(content.byteLength, 2);
    return Buffer.concat([head, content]);
  }

  #issue(
    name: string,
    issuer: string,
    commonName: string,
    extensions: readonly string[],
    days: number,
    keyKind: 'rsa' | 'ec',
  ): void {
    // By name alone, as somebody would who wants to pass for another: a key's identifier would give them away.
    const named = [...extensions, 'authorityKeyIdentifier=none'];
    writeFileSync(join(this.#folder, `${name}.ext`), `${named.join('\n')}\n`);
    openssl(
      this.#folder,
      ...['req', '-new', '-nodes', ...keyWords[keyKind], '-keyout', `${name}.key`, '-out', `${name}.csr`],
      ...['-subj', `/O=${this.#name}/CN=${commonName}`],
    );
    openssl(
      this.#folder,
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial'],
      ...['-out', `${name}.pem`, '-days', `${days}`, '-extfile', `${name}.ext`],
    );
  }
}
