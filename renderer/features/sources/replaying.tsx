import { useState } from 'react';
import { useGoTo } from '../../app/go-to.tsx';
import { useApp, useCase, useModels, useWindowState } from '../../data/app-state.tsx';
import { useJob } from '../../data/jobs.tsx';
import { fileStem, joinPath } from '../../data/paths.ts';
import { useRunningStream } from '../../data/stream.tsx';
import { Button } from '../../ui/button.tsx';
import { Field, Segmented, Select } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { speeds, speedWords } from './speeds.ts';

const isSpeed = (value: unknown): value is string => speeds.some((speed) => String(speed) === value);

/** Plays a recording as the stream it once was: rows arrive at their pace, and the champion of the case scores each. */
export function Replaying({ path, onStarted }: { readonly path: string; readonly onStarted: () => void }) {
  const { dataFolder } = useApp();
  const openCase = useCase();
  const champion = useModels().find(({ isChampion }) => isChampion);
  const stream = useRunningStream();
  const goTo = useGoTo();
  const play = useJob('play');
  const [speed, setSpeed] = useWindowState('sources.replaySpeed', '3600', isSpeed);
  const [, setAwaited] = useWindowState('sources.awaitedCase', '');
  const [target, setTarget] = useState<'this' | 'new'>('new');
  const [newPath, setNewPath] = useState(() => joinPath(dataFolder, `${fileStem(path)}-replay.assay`));
  if (openCase === null || champion === undefined)
    return (
      <section className="sources-replay" aria-label="Replay it">
        <h2>Or replay it</h2>
        <p className="soft">A replay needs a model that scores the rows as they arrive. Open a case that has one.</p>
      </section>
    );
  const isThis = target === 'this' && !openCase.readOnly;
  const start = async (): Promise<void> => {
    const common = { recording: path, speed: speed === 'null' ? null : Number(speed) };
    setAwaited(isThis ? '' : newPath.trim());
    const ended = play.start(
      isThis ? { ...common, casePath: openCase.path } : { ...common, casePath: newPath.trim(), model: openCase.path },
    );
    // A replay that cannot begin says so here; one that has begun is shown under Stream.
    const early = await Promise.race([ended, new Promise<null>((later) => setTimeout(later, 1_500, null))]);
    if (early !== null && !early.ok) return;
    onStarted();
    goTo('sources', { 'sources.tab': 'stream', 'sources.inspected': '' });
  };
  const failure = play.outcome?.ok === false ? play.outcome.error : null;
  return (
    <section className="sources-replay" aria-label="Replay it">
      <h2>Or replay it</h2>
      <p className="soft">
        Rows arrive as they once did; {champion.name} scores each. The flags are the same at any speed.
      </p>
      {!openCase.readOnly && (
        <Segmented
          label="Case to replay into"
          value={target}
          options={[
            { value: 'new', text: 'New case' },
            { value: 'this', text: 'This case' },
          ]}
          onChange={setTarget}
        />
      )}
      {isThis ? (
        <p className="soft">Rows are added to {openCase.name}.</p>
      ) : (
        <Field label="New case file" value={newPath} onChange={setNewPath} />
      )}
      <Select
        label="Replay speed"
        value={speed}
        options={speeds.map((each) => ({ value: String(each), text: speedWords(each) }))}
        onChange={setSpeed}
      />
      <Button disabled={stream !== null || play.running !== null} onClick={() => void start()}>
        Replay
      </Button>
      {stream !== null && <p className="soft">A stream is running: stop it first.</p>}
      {failure !== null && <ErrorState title="The replay did not begin" error={failure} />}
    </section>
  );
}
