import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useFileChoice } from '../../app/file-choice.tsx';
import { useCommands } from '../../app/commands.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import { useApp, useCase, useModels, useWindowState } from '../../data/app-state.tsx';
import { useJob } from '../../data/jobs.tsx';
import { fileName, fileStem, joinPath } from '../../data/paths.ts';
import { useRunningStream } from '../../data/stream.tsx';
import { Button } from '../../ui/button.tsx';
import { Field, Segmented, Select } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { speeds, speedWords } from './speeds.ts';

const isSpeed = (value: unknown): value is string => speeds.some((speed) => String(speed) === value);

/** Plays a recording as the stream it once was: rows arrive at their pace, and the champion of the case scores each. */
export function Replaying({
  path,
  onStarted,
  onReadInstead,
}: {
  readonly path: string;
  readonly onStarted: () => void;
  /** Reads it as a case of its own, for a model that does not know its columns. */
  readonly onReadInstead: () => void;
}) {
  const { dataFolder } = useApp();
  const openCase = useCase();
  const champion = useModels().find(({ isChampion }) => isChampion);
  const stream = useRunningStream();
  const goTo = useGoTo();
  const { run: runCommand } = useCommands();
  const play = useJob('play');
  const [speed, setSpeed] = useWindowState('sources.replaySpeed', '3600', isSpeed);
  const [, setAwaited] = useWindowState('sources.awaitedCase', '');
  const [target, setTarget] = useState<'this' | 'new'>('new');
  const files = useFileChoice();
  const [newPath, setNewPath] = useState(() => joinPath(dataFolder, `${fileStem(path)}-replay.assay`));
  const [isStarting, setStarting] = useState(false);
  const isShown = useRef(false);
  const showStream = (): void => {
    if (isShown.current) return;
    isShown.current = true;
    onStarted();
    goTo('sources', { 'sources.tab': 'stream', 'sources.inspected': '' });
  };
  const onBegun = useEffectEvent(showStream);
  // One that has begun is shown under Stream, from its first report on.
  const hasBegun = isStarting && stream !== null;
  useEffect(() => {
    if (hasBegun) onBegun();
  }, [hasBegun]);
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
    setStarting(true);
    const ended = await play.start(
      isThis ? { ...common, casePath: openCase.path } : { ...common, casePath: newPath.trim(), model: openCase.path },
    );
    setStarting(false);
    // A replay that cannot begin says so here; the person may be elsewhere when one that was shown ends.
    if (ended.ok) showStream();
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
        <>
          <Field label="New case file" value={newPath} onChange={setNewPath} />
          <Button
            onClick={() => {
              void files.newFile(fileName(newPath)).then((chosen) => {
                if (chosen !== null) setNewPath(chosen);
              });
            }}
          >
            Choose where…
          </Button>
        </>
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
      {failure !== null && failure.code === 'UNKNOWN_COLUMN' && (
        <ErrorState
          title="The model does not know this recording"
          error={failure}
          whatIsSafe="Both: no row was read."
          actions={
            <>
              <Button onClick={onReadInstead}>Read and train on it instead</Button>
              <Button onClick={() => runCommand('app.openCase')}>Open a case whose model knows it</Button>
            </>
          }
        />
      )}
      {failure !== null && failure.code !== 'UNKNOWN_COLUMN' && (
        <ErrorState title="The replay did not begin" error={failure} />
      )}
    </section>
  );
}
