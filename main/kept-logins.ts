import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { kafkaEntrySchema } from '../preload/contract/streams.ts';

/** What of Electron's `safeStorage` is used: the system's keychain seals and opens texts. */
export interface Keychain {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(sealed: Buffer): string;
  /** Linux only; `basic_text` is no keychain: it seals with a password that everybody knows. */
  getSelectedStorageBackend?(): string;
}

const signInSchema = z.object({ brokers: z.string(), entry: kafkaEntrySchema, keep: z.boolean().optional() });
type SignIn = z.infer<typeof signInSchema>;

const fileSchema = z.object({ version: z.literal(1), logins: z.record(z.string(), z.string()) });

/** Logins to brokers, each sealed by the system's keychain, in one file beside the window's own state. */
export class KeptLogins {
  readonly #path: string;
  readonly #keychain: Keychain;

  constructor(path: string, keychain: Keychain) {
    this.#path = path;
    this.#keychain = keychain;
  }

  /** False where the system has no keychain that would keep a secret. */
  get isPossible(): boolean {
    return this.#keychain.isEncryptionAvailable() && this.#keychain.getSelectedStorageBackend?.() !== 'basic_text';
  }

  /**
   * Takes note of a sign-in that the engine accepted: keeps its login, or forgets the one kept before. True where one
   * is kept now.
   */
  note(input: unknown): boolean {
    const parsed = signInSchema.safeParse(input);
    if (!parsed.success) return false;
    const { brokers, entry, keep = false } = parsed.data;
    const sealed = this.#sealed();
    const login = entry.kind === 'stated' ? entry.login : null;
    // Without a password it is the one given before: what is kept of it stays.
    if (keep && login !== null && login.password === undefined) return brokers in sealed;
    if (!keep || login === null || !this.isPossible) {
      if (brokers in sealed) {
        const { [brokers]: _forgotten, ...others } = sealed;
        this.#write(others);
      }
      return false;
    }
    const text = this.#keychain.encryptString(JSON.stringify({ brokers, entry })).toString('base64');
    this.#write({ ...sealed, [brokers]: text });
    return true;
  }

  /** The sign-ins that are kept, to be given to a new engine. One that cannot be opened any more is left out. */
  all(): readonly SignIn[] {
    if (!this.isPossible) return [];
    return Object.values(this.#sealed()).flatMap((text) => {
      try {
        const opened = this.#keychain.decryptString(Buffer.from(text, 'base64'));
        return [signInSchema.parse(JSON.parse(opened))];
      } catch {
        return [];
      }
    });
  }

  #sealed(): Readonly<Record<string, string>> {
    if (!existsSync(this.#path)) return {};
    try {
      return fileSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8'))).logins;
    } catch {
      return {};
    }
  }

  #write(logins: Readonly<Record<string, string>>): void {
    if (Object.keys(logins).length === 0) {
      rmSync(this.#path, { force: true });
      return;
    }
    mkdirSync(dirname(this.#path), { recursive: true });
    const part = `${this.#path}.part`;
    writeFileSync(part, `${JSON.stringify({ version: 1, logins })}\n`, { mode: 0o600 });
    renameSync(part, this.#path);
  }
}
