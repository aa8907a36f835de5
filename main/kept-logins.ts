import { z } from 'zod';
import { kafkaEntrySchema } from '../preload/contract/streams.ts';
import { SealedTexts, type Keychain } from './sealed-texts.ts';

const signInSchema = z.object({ brokers: z.string(), entry: kafkaEntrySchema, keep: z.boolean().optional() });
type SignIn = z.infer<typeof signInSchema>;

/** Logins to brokers, each sealed by the system's keychain, in one file beside the window's own state. */
export class KeptLogins {
  readonly #texts: SealedTexts;

  constructor(path: string, keychain: Keychain) {
    this.#texts = new SealedTexts(path, keychain, 'logins');
  }

  /** False where the system has no keychain that would keep a secret. */
  get isPossible(): boolean {
    return this.#texts.isPossible;
  }

  /**
   * Takes note of a sign-in that the engine accepted: keeps its login, or forgets the one kept before. True where one
   * is kept now.
   */
  note(input: unknown): boolean {
    const parsed = signInSchema.safeParse(input);
    if (!parsed.success) return false;
    const { brokers, entry, keep = false } = parsed.data;
    const login = entry.kind === 'stated' ? entry.login : null;
    // Without a password it is the one given before: what is kept of it stays.
    if (keep && login !== null && login.password === undefined) return this.#texts.has(brokers);
    if (!keep || login === null || !this.isPossible) {
      this.#texts.remove(brokers);
      return false;
    }
    this.#texts.put(brokers, JSON.stringify({ brokers, entry }));
    return true;
  }

  /** The sign-ins that are kept, to be given to a new engine. One that cannot be opened any more is left out. */
  all(): readonly SignIn[] {
    return this.#texts.names().flatMap((brokers) => {
      try {
        return [signInSchema.parse(JSON.parse(this.#texts.get(brokers) ?? ''))];
      } catch {
        return [];
      }
    });
  }
}
