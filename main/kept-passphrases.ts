import { resolve } from 'node:path';
import { z } from 'zod';
import type { Answer } from '../preload/contract/envelope.ts';
import type { RequestOutput } from '../preload/contract/requests.ts';
import type { EngineSupervisor } from './engine-supervisor.ts';
import { SealedTexts, type Keychain } from './sealed-texts.ts';

const unlockSchema = z.object({ path: z.string(), passphrase: z.string(), keep: z.boolean().optional() });
const pathSchema = z.object({ path: z.string() });

/** Passphrases of locked cases that a person wants remembered on this computer, by the case's path; sealed by the system's keychain. */
export class KeptPassphrases {
  readonly #texts: SealedTexts;

  constructor(path: string, keychain: Keychain) {
    this.#texts = new SealedTexts(path, keychain, 'passphrases');
  }

  /** What the window gets for a request about passphrases that the engine accepted; other answers are as they were. */
  answerFor(name: string, input: unknown, data: unknown): unknown {
    const { data: asked } = pathSchema.safeParse(input);
    if (asked === undefined) return data;
    const path = resolve(asked.path);
    if (name === 'case.unlock') return { kept: this.#note(input) } satisfies RequestOutput<'case.unlock'>;
    if (name === 'case.forgetPassphrase') this.#texts.remove(path);
    if (name === 'case.keptPassphrase')
      return {
        kept: this.#texts.has(path),
        isPossible: this.#texts.isPossible,
      } satisfies RequestOutput<'case.keptPassphrase'>;
    return data;
  }

  /** The passphrase of a case; undefined where none is kept. */
  of(path: string): string | undefined {
    return this.#texts.get(resolve(path));
  }

  #note(input: unknown): boolean {
    const { data: given } = unlockSchema.safeParse(input);
    if (given === undefined || given.keep !== true || !this.#texts.isPossible) return false;
    this.#texts.put(resolve(given.path), given.passphrase);
    return true;
  }
}

/** An engine that opens locked cases whose passphrase is kept without asking for it. */
export function withKeptPassphrases(engine: EngineSupervisor, kept: KeptPassphrases): EngineSupervisor {
  return {
    ...engine,
    async call(call): Promise<Answer<unknown>> {
      const answer = await engine.call(call);
      if (answer.ok || answer.error.code !== 'CASE_LOCKED' || call.door !== 'request' || call.name !== 'case.open')
        return answer;
      const { data: asked } = pathSchema.safeParse(call.input);
      const passphrase = asked && kept.of(asked.path);
      if (asked === undefined || passphrase === undefined) return answer;
      const input = { path: asked.path, passphrase };
      const unlocked = await engine.call({ door: 'request', name: 'case.unlock', input });
      // One that was changed elsewhere is asked for.
      return unlocked.ok ? engine.call(call) : answer;
    },
  };
}
