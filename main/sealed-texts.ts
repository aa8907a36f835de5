import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** What of Electron's `safeStorage` is used: the system's keychain seals and opens texts. */
export interface Keychain {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(sealed: Buffer): string;
  /** Linux only; `basic_text` is no keychain: it seals with a password that everybody knows. */
  getSelectedStorageBackend?(): string;
}

/** Texts by name, each sealed by the system's keychain, in one file beside the window's own state. */
export class SealedTexts {
  readonly #path: string;
  readonly #keychain: Keychain;
  readonly #field: string;

  /** @param field under which the texts stand in the file */
  constructor(path: string, keychain: Keychain, field: string) {
    this.#path = path;
    this.#keychain = keychain;
    this.#field = field;
  }

  /** False where the system has no keychain that would keep a secret. */
  get isPossible(): boolean {
    return this.#keychain.isEncryptionAvailable() && this.#keychain.getSelectedStorageBackend?.() !== 'basic_text';
  }

  has(name: string): boolean {
    return name in this.#sealed();
  }

  /** Seals a text under a name; call it where that `isPossible`. */
  put(name: string, text: string): void {
    this.#write({ ...this.#sealed(), [name]: this.#keychain.encryptString(text).toString('base64') });
  }

  remove(name: string): void {
    const { [name]: forgotten, ...others } = this.#sealed();
    if (forgotten !== undefined) this.#write(others);
  }

  /** A text; undefined where none is kept, or it cannot be opened any more. */
  get(name: string): string | undefined {
    const sealed = this.#sealed()[name];
    if (sealed === undefined || !this.isPossible) return undefined;
    try {
      return this.#keychain.decryptString(Buffer.from(sealed, 'base64'));
    } catch {
      return undefined;
    }
  }

  names(): readonly string[] {
    return Object.keys(this.#sealed());
  }

  #sealed(): Readonly<Record<string, string | undefined>> {
    if (!existsSync(this.#path)) return {};
    try {
      const schema = z.object({ version: z.literal(1), [this.#field]: z.record(z.string(), z.string()) });
      return schema.parse(JSON.parse(readFileSync(this.#path, 'utf8')))[this.#field] as Record<string, string>;
    } catch {
      return {};
    }
  }

  #write(texts: Readonly<Record<string, string | undefined>>): void {
    if (Object.keys(texts).length === 0) {
      rmSync(this.#path, { force: true });
      return;
    }
    mkdirSync(dirname(this.#path), { recursive: true });
    const part = `${this.#path}.part`;
    writeFileSync(part, `${JSON.stringify({ version: 1, [this.#field]: texts })}\n`, { mode: 0o600 });
    renameSync(part, this.#path);
  }
}
