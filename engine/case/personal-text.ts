import { usageError } from '../domain/error.ts';
import type { Doing } from '../store/decision-log.ts';
import { unsealedText } from '../store/personal-texts.ts';
import type { CaseSession } from './case-session.ts';

const cardToken = /^\d{6}-[0-9a-z]{8}-\d{4}$/;

/**
 * The text behind a token of a person's data. The history says first who saw it and why, never what it is.
 * @throws AssayError WRONG_USE where this case has no such token, or its text was sealed by another user
 */
export function revealText(
  session: CaseSession,
  doing: Doing,
  { token, reason }: { readonly token: string; readonly reason: string },
): string {
  const sealed = session.openCase.sealedText(token);
  if (sealed === undefined)
    throw cardToken.test(token)
      ? usageError('WRONG_USE', `The card number behind ${token} is in no case.`, 'Ask whoever issued the card.')
      : usageError('WRONG_USE', `This case has no text for '${token}'.`, 'Copy the token as a row shows it.');
  const text = unsealedText(token, sealed);
  if (text === null)
    throw usageError(
      'WRONG_USE',
      `The text behind ${token} was sealed by another user or on another computer.`,
      'Whoever read the recording can see it.',
    );
  return session.writableCase.change(doing, () => ({
    what: `seen in the clear: ${token} (${reason})`,
    details: { token, reason },
    result: text,
  }));
}
