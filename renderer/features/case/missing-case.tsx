import { useGoTo } from '../../app/go-to.tsx';
import { fileName } from '../../data/paths.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

/** Asks about the path of a case that is not there: was another meant, or is a new one to be made? */
export function MissingCase({
  path,
  near,
  onOpen,
  onClose,
}: {
  readonly path: string;
  readonly near: readonly string[];
  readonly onOpen: (path: string) => void;
  readonly onClose: () => void;
}) {
  const goTo = useGoTo();
  const makeNew = (): void => {
    onClose();
    goTo('sources', { 'sources.newCase': path, 'sources.tab': 'recordings' });
  };
  return (
    <Dialog title="There is no such case" onClose={onClose}>
      <p className="break-anywhere">{path}</p>
      {near.length > 0 && <p>Did you mean {near.length === 1 ? 'this one' : 'one of these'}?</p>}
      <div className="state-actions">
        {near.map((other) => (
          <Button key={other} title={other} onClick={() => onOpen(other)}>
            Open {fileName(other)}
          </Button>
        ))}
        <Button title="A recording that you choose is read into it" onClick={makeNew}>
          Make a new case there
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </Dialog>
  );
}
