import type { NetworkAttempt } from '../../../engine/domain/network-attempt.ts';
import { useApp } from '../../data/app-state.tsx';
import { formatCount, formatTime } from '../../data/format.ts';
import { useNetworkLedger } from '../../data/network.ts';
import { DataTable, type DataColumn } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { attemptWords, ledgerWords, outcomeWords } from './ledger-words.ts';
import './network.css';

const clockZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const clock = (atMs: number): string => formatTime(atMs, clockZone, { withSeconds: true });

const columns: readonly DataColumn<NetworkAttempt>[] = [
  { id: 'last', title: 'Last, local time', widthPx: 160, text: ({ lastMs }) => clock(lastMs) },
  { id: 'kind', title: 'What', widthPx: 110, text: ({ kind }) => attemptWords[kind] },
  { id: 'address', title: 'Address', widthPx: 200, text: ({ address }) => address },
  { id: 'purpose', title: 'For', widthPx: 150, text: ({ purpose }) => purpose },
  {
    id: 'leaves',
    title: 'Leaves the machine',
    widthPx: 145,
    text: ({ kind, leavesMachine }) => (kind !== 'refused' && leavesMachine ? 'yes' : 'no'),
  },
  { id: 'outcome', title: 'Outcome', widthPx: 160, text: outcomeWords },
  { id: 'times', title: 'Times', widthPx: 65, align: 'right', text: ({ times }) => formatCount(times) },
];

/** The ledger: every address that Assay opened, served or refused since it was started. Usually none. */
export function NetworkDialog({ onClose }: { readonly onClose: () => void }) {
  const ledger = useNetworkLedger();
  const { host } = useApp();
  return (
    <Dialog title="Network" size="wide" onClose={onClose}>
      {ledger === null ? (
        <p className="soft">Reading the ledger</p>
      ) : (
        <div className="network">
          <p>
            <strong>{ledgerWords(ledger.attempts)}</strong>, since {clock(ledger.sinceMs)}. Every connection of Assay
            goes through one door, which writes it down first, and then how it ended.
          </p>
          <p className="soft">
            {host === 'electron'
              ? 'The window is shown files of the program alone; what a page asks for beyond is refused, and listed.'
              : 'The window is served on this machine alone; what its page asks for beyond is refused, and listed.'}{' '}
            Only a topic, a server or an export that you name leads elsewhere.
          </p>
          {ledger.attempts.length === 0 ? (
            <p className="network-none">No attempt.</p>
          ) : (
            <div className="network-table">
              <DataTable label="Network attempts" columns={columns} rows={ledger.attempts} rowKey={keyOf} />
            </div>
          )}
        </div>
      )}
    </Dialog>
  );
}

function keyOf({ kind, purpose, address }: NetworkAttempt): string {
  return `${kind} ${purpose} ${address}`;
}
