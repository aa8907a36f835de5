import type { NetworkAttempt } from '../../../engine/domain/network-attempt.ts';
import { formatCount, formatCounted } from '../../data/format.ts';

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

/** How the attempts at an address ended. */
export function outcomeWords({ kind, times, reached, failed }: NetworkAttempt): string {
  if (kind === 'refused') return 'never begun';
  const open = times - reached - failed;
  const counted = (count: number, words: string): readonly string[] =>
    count === 0 ? [] : [count === times ? words : `${words} ${formatCount(count)}`];
  return [
    ...counted(reached, kind === 'served' ? 'listens' : 'connected'),
    ...counted(failed, '▲ failed'),
    ...counted(open, 'not known'),
  ].join(', ');
}

/** What was done, in words. */
export const attemptWords: Readonly<Record<NetworkAttempt['kind'], string>> = {
  opened: 'Asked for',
  served: 'Served at',
  refused: '▲ Refused',
};
