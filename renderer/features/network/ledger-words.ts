import type { NetworkAttempt } from '../../../engine/domain/network-attempt.ts';
import { formatCounted } from '../../data/format.ts';

/** What the attempts come to, in a few words for the status bar. */
export function ledgerWords(attempts: readonly NetworkAttempt[]): string {
  const refused = attempts.filter(({ kind }) => kind === 'refused').length;
  const gone = attempts.filter(({ kind, leavesMachine }) => kind !== 'refused' && leavesMachine).length;
  const parts = [
    gone === 0
      ? 'Nothing left this machine'
      : `Connected to ${formatCounted(gone, 'address', 'addresses')} beyond this machine`,
    ...(refused === 0 ? [] : [`▲ ${refused} refused`]),
  ];
  return parts.join(' · ');
}

/** What was done, in words. */
export const attemptWords: Readonly<Record<NetworkAttempt['kind'], string>> = {
  opened: 'Connected to',
  served: 'Served at',
  refused: '▲ Refused',
};
