import { useState } from 'react';
import { useFileChoice } from '../../app/file-choice.tsx';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useApp, useCase, useModels, useWindowState } from '../../data/app-state.tsx';
import { useJob } from '../../data/jobs.tsx';
import { fileName, joinPath } from '../../data/paths.ts';
import { useAction, useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Field, NumberField, Segmented, Select } from '../../ui/field.tsx';
import { SplitPane } from '../../ui/split-pane.tsx';
import { ErrorState } from '../../ui/states.tsx';
import {
  draftFault,
  entryOf,
  firstDraft,
  isConnectionDraft,
  startingPointOf,
  topicAddress,
  type ConnectionDraft,
} from './connection-draft.ts';
import { frameOptions } from './frame-options.ts';
import { TopicBrowser } from './topic-browser.tsx';

const loginOptions = [
  { value: 'none', text: 'No login' },
  { value: 'environment', text: 'As the environment says' },
  { value: 'plain', text: 'SASL PLAIN' },
  { value: 'scram-sha-256', text: 'SASL SCRAM-SHA-256' },
  { value: 'scram-sha-512', text: 'SASL SCRAM-SHA-512' },
] as const;
const fromOptions = [
  { value: 'earliest', text: 'the earliest message' },
  { value: 'latest', text: 'what comes from now on' },
  { value: 'offset', text: 'an offset' },
  { value: 'time', text: 'a time' },
] as const;

/** How a topic is reached, what is wrong where it is not, what it holds, and the button that follows it. */
export function Connect() {
  const [draft, setDraft] = useWindowState<ConnectionDraft>('sources.connection', firstDraft, isConnectionDraft);
  const [detailPx, setDetailPx] = useWindowState('sources.topicsPx', 460);
  /** Held here alone, and handed to the engine's memory; never kept with the window's state. */
  const [password, setPassword] = useState('');
  const [keep, setKeep] = useState(false);
  const [isEntered, setIsEntered] = useState(false);
  const known = useRequest('kafka.entry', { brokers: draft.brokers }, { isAlwaysAsked: true, keepsPrevious: true });
  const signIn = useAction('kafka.signIn');
  const test = useAction('kafka.test');
  const [findings, setFindings] = useState<TestFindings | null>(null);
  const change = (to: Partial<ConnectionDraft>): void => {
    setDraft({ ...draft, ...to });
    const isOtherDoor = (['brokers', 'login', 'username', 'tls', 'caPath'] as const).some((name) => name in to);
    if (isOtherDoor) setIsEntered(false);
    setFindings(null);
    signIn.reset();
    test.reset();
  };
  const fault = draftFault(draft);

  /** The engine learns how to enter; true where it did. */
  const enter = async (): Promise<boolean> => {
    const entry = entryOf(draft, password);
    const done = await signIn.runAsync({ brokers: draft.brokers, entry, keep }).then(
      () => true,
      () => false,
    );
    setIsEntered(done);
    if (!done) return false;
    setPassword('');
    known.refetch();
    return true;
  };
  const tryIt = async (): Promise<void> => {
    setFindings(null);
    if (!(await enter())) return;
    const input = { brokers: draft.brokers, topic: draft.topic.trim() };
    setFindings(await test.runAsync(input).catch(() => null));
  };
  const isTrying = signIn.isRunning || test.isRunning;
  useCommand('sources.test', fault === null && !isTrying ? () => void tryIt() : null);
  const testKey = useCommandKey('sources.test');
  const failure = signIn.error ?? test.error;

  return (
    <SplitPane
      mainLabel="Connection"
      detailLabel="Topics"
      detailPx={detailPx}
      onResize={setDetailPx}
      defaultPx={460}
      main={
        <div className="connect">
          <section aria-label="Where the stream is" className="connect-fields">
            <h2>Where is the stream?</h2>
            <Field
              label="Brokers"
              value={draft.brokers}
              hint="host:port, several separated by commas"
              onChange={(brokers) => change({ brokers })}
            />
            <Field
              label="Topic"
              value={draft.topic}
              hint="type it, or pick it on the right"
              onChange={(topic) => change({ topic })}
            />
          </section>
          <section aria-label="How it is entered" className="connect-fields">
            <h2>How is it entered?</h2>
            <Entry
              draft={draft}
              change={change}
              known={known.data}
              password={password}
              onPassword={(text) => {
                setPassword(text);
                setIsEntered(false);
              }}
              keep={keep}
              onKeep={setKeep}
            />
          </section>
          <div className="connect-actions">
            <Button keyHint={testKey} disabled={fault !== null || isTrying} onClick={() => void tryIt()}>
              {isTrying ? 'Testing…' : 'Test'}
            </Button>
            {fault !== null && <span className="soft">{fault}</span>}
          </div>
          {failure !== null && <ErrorState title="Not connected" error={failure} />}
          {findings !== null && <Findings findings={findings} />}
          <Following draft={draft} change={change} enter={enter} isBlocked={fault !== null || isTrying} />
        </div>
      }
      detail={
        <TopicBrowser
          brokers={draft.brokers}
          topic={draft.topic}
          isReady={isEntered}
          enter={() => void enter()}
          onTopic={(topic) => change({ topic })}
        />
      }
    />
  );
}

interface EntryProps {
  readonly draft: ConnectionDraft;
  readonly change: (to: Partial<ConnectionDraft>) => void;
  readonly known: RequestOutput<'kafka.entry'> | undefined;
  readonly password: string;
  readonly onPassword: (text: string) => void;
  readonly keep: boolean;
  readonly onKeep: (keep: boolean) => void;
}

function Entry({ draft, change, known, password, onPassword, keep, onKeep }: EntryProps) {
  const { host } = useApp();
  const files = useFileChoice();
  const isStated = draft.login !== 'environment';
  const hasLogin = isStated && draft.login !== 'none';
  const isKnown = known?.from === 'window' && known.username === draft.username.trim() && hasLogin;
  return (
    <>
      <Select
        label="Login"
        value={draft.login}
        options={loginOptions}
        {...(isStated ? {} : { hint: environmentWords(known) })}
        onChange={(login) => change({ login })}
      />
      {hasLogin && (
        <>
          <Field label="User name" value={draft.username} onChange={(username) => change({ username })} />
          <Field
            label="Password"
            type="password"
            value={password}
            placeholder={isKnown ? 'given before' : ''}
            hint={host === 'electron' ? 'never in the case' : 'kept in memory until Assay ends; never in the case'}
            onChange={onPassword}
          />
          {host === 'electron' && (
            <Checkbox label="Keep it in the system's keychain" checked={keep} onChange={onKeep} />
          )}
        </>
      )}
      {isStated && (
        <>
          <Checkbox label="TLS" checked={draft.tls} onChange={(tls) => change({ tls })} />
          {draft.tls && (
            <>
              <Field
                label="Authority (PEM file)"
                value={draft.caPath}
                hint="where the system does not know who signed the broker"
                onChange={(caPath) => change({ caPath })}
              />
              <Button
                onClick={() => void files.certificateFile().then((caPath) => caPath !== null && change({ caPath }))}
              >
                Choose…
              </Button>
            </>
          )}
        </>
      )}
    </>
  );
}

function environmentWords(known: RequestOutput<'kafka.entry'> | undefined): string {
  if (known === undefined || known.from !== 'environment')
    return 'ASSAY_KAFKA_SASL, _USERNAME, _PASSWORD and _TLS of the process that runs Assay';
  const login = known.mechanism === null ? 'no login' : `${known.mechanism} as ${known.username ?? ''}`;
  return `it says ${login}, ${known.tls ? 'with' : 'without'} TLS`;
}

type TestFindings = RequestOutput<'kafka.test'>;

const stepWords = {
  reach: 'Reach',
  encryption: 'Encryption',
  login: 'Login',
  topic: 'Topic',
  permission: 'Permission',
} as const;

/** What the test came to, step by step. */
function Findings({ findings }: { readonly findings: TestFindings }) {
  const isGood = findings.every((finding) => finding.isGood);
  return (
    <section className="connect-findings" aria-label="What the test found" aria-live="polite">
      <h3>{isGood ? 'It works' : 'It does not work yet'}</h3>
      <ol>
        {findings.map(({ step, isGood: isStepGood, sentence, nextStep }) => (
          <li key={step} data-good={isStepGood}>
            <span aria-hidden="true">{isStepGood ? '✓' : '▲'}</span>
            <strong>{stepWords[step]}</strong>
            <span>
              {sentence}
              {nextStep !== undefined && <span className="connect-next"> Next: {nextStep}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface FollowingProps {
  readonly draft: ConnectionDraft;
  readonly change: (to: Partial<ConnectionDraft>) => void;
  readonly enter: () => Promise<boolean>;
  readonly isBlocked: boolean;
}

/** From where, into which case, and the button. */
function Following({ draft, change, enter, isBlocked }: FollowingProps) {
  const { dataFolder } = useApp();
  const openCase = useCase();
  const models = useModels();
  const follow = useJob('follow');
  const canExtend = openCase !== null && !openCase.readOnly;
  const [target, setTarget] = useState<'this' | 'new'>('new');
  const files = useFileChoice();
  const [typedPath, setTypedPath] = useState<string | null>(null);
  const [, setAwaited] = useWindowState('sources.awaitedCase', '');
  const topic = draft.topic.trim();
  const newPath = typedPath ?? joinPath(dataFolder, `${topic === '' ? 'stream' : topic}.assay`);
  const isThis = canExtend && target === 'this';
  const champion = models.find(({ isChampion }) => isChampion);
  const hasModel = isThis && champion !== undefined;
  const isReady = !isBlocked && topic !== '' && newPath.trim() !== '' && follow.running === null;
  const followKey = useCommandKey('sources.read');
  const start = async (): Promise<void> => {
    const from = startingPointOf(draft);
    if (from === null || !(await enter())) return;
    const casePath = isThis ? openCase.path : newPath.trim();
    setAwaited(isThis ? '' : casePath);
    const { frame, trainAfterRows } = draft;
    await follow.start({
      ...{ topic: topicAddress(draft), casePath, from, trainAfterRows },
      ...(frame === 'unsaid' ? {} : { frame }),
    });
  };
  useCommand('sources.read', isReady ? () => void start() : null);
  const failure =
    follow.outcome?.ok === false && follow.outcome.error.code !== 'CANCELLED' ? follow.outcome.error : null;
  return (
    <section aria-label="Follow it" className="connect-fields">
      <h2>Follow it</h2>
      <Select label="Begin with" value={draft.from} options={fromOptions} onChange={(from) => change({ from })} />
      {draft.from === 'offset' && (
        <NumberField
          label="Offset"
          value={draft.offset}
          minimum={0}
          isInteger
          widthPx={140}
          onChange={(offset) => change({ offset })}
        />
      )}
      {draft.from === 'time' && (
        <Field
          label="Time (UTC)"
          value={draft.time}
          hint="2026-03-02T08:00; the broker's time of a message"
          onChange={(time) => change({ time })}
        />
      )}
      {canExtend && (
        <Segmented
          label="Case to follow into"
          value={target}
          options={[
            { value: 'new', text: 'New case' },
            { value: 'this', text: 'This case' },
          ]}
          onChange={setTarget}
        />
      )}
      <Select
        label="Around each record"
        value={draft.frame}
        options={frameOptions}
        onChange={(frame) => change({ frame })}
      />
      {isThis && <p className="soft">Rows are added to {openCase.name}.</p>}
      {!isThis && (
        <>
          <Field label="Case file" value={newPath} onChange={setTypedPath} />
          <Button
            onClick={() => {
              void files.newFile(fileName(newPath)).then((chosen) => {
                if (chosen !== null) setTypedPath(chosen);
              });
            }}
          >
            Choose where…
          </Button>
        </>
      )}
      {hasModel ? (
        <p className="soft">Rows are scored as they arrive by the champion, {champion.name}.</p>
      ) : (
        <NumberField
          label="Train after"
          value={draft.trainAfterRows}
          minimum={50}
          isInteger
          unit="transactions, or at the first pause"
          onChange={(trainAfterRows) => change({ trainAfterRows })}
        />
      )}
      <div className="connect-actions">
        <Button tone="primary" keyHint={followKey} disabled={!isReady} onClick={() => void start()}>
          Follow
        </Button>
        {topic === '' && <span className="soft">Name a topic first.</span>}
      </div>
      {failure !== null && (
        <ErrorState title="The stream ended" error={failure} whatIsSafe="Every transaction stored before." />
      )}
    </section>
  );
}
