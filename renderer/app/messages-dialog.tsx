import { formatTime } from '../data/format.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useToldMessages } from '../ui/toast.tsx';

const clockZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What the window told since it was opened, the newest first, each in full. */
export function MessagesDialog({ onClose }: { readonly onClose: () => void }) {
  const told = useToldMessages().toReversed();
  return (
    <Dialog title="Messages" size="wide" onClose={onClose}>
      {told.length === 0 && <p className="soft">Nothing was told since this window was opened.</p>}
      <ul className="message-list" aria-label="Messages, the newest first">
        {told.map(({ id, atMs, text, tone, action, isOpen }) => (
          <li key={id} data-tone={tone ?? 'plain'}>
            <span className="soft tabular">{formatTime(atMs, clockZone, { withSeconds: true }).slice(-8)}</span>
            <span>
              {tone === 'problem' && <span aria-hidden="true">▲ </span>}
              {text}
              {tone === 'problem' && !isOpen && <span className="soft"> Settled.</span>}
            </span>
            {action !== undefined && isOpen && (
              <Button
                onClick={() => {
                  action.run();
                  onClose();
                }}
              >
                {action.text}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
