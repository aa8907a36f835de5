import { useDeferredValue, useState, type ReactNode } from 'react';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { useFileChoice } from '../../app/file-choice.tsx';
import { useFormats } from '../../data/app-state.tsx';
import { formatCounted } from '../../data/format.ts';
import { useJob } from '../../data/jobs.tsx';
import { fileStem } from '../../data/paths.ts';
import { usePagedRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable, type DataColumn } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Segmented } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { detailWords } from './audit-words.ts';
import { givenTimeStamp, TimeStampFields, type TimeStampChoice } from './time-stamp-fields.tsx';
import './history.css';

/** One alert or one model, whose history alone is asked for. */
export type HistorySubject =
  | { readonly kind: 'alert'; readonly key: string; readonly name: string }
  | { readonly kind: 'model'; readonly id: number; readonly name: string };

type Entry = RequestOutput<'audit.page'>['rows'][number];

const PAGE = 200;
const noTimeStamp: TimeStampChoice = { server: '', authority: '' };

/** The history of the case, newest first; whether it is as it was written; and a way to take it along. */
export function HistoryDialog({
  openCase,
  subject,
  onClose,
}: {
  readonly openCase: CaseOverview;
  readonly subject: HistorySubject | null;
  readonly onClose: () => void;
}): ReactNode {
  const formats = useFormats();
  const [isWhole, setWhole] = useState(subject === null);
  const [text, setText] = useState('');
  const words = useDeferredValue(text.trim());
  const choice = {
    ...(isWhole || subject === null
      ? {}
      : subject.kind === 'alert'
        ? { alert: subject.key }
        : { model: String(subject.id) }),
    ...(words === '' ? {} : { text: words }),
  };
  const history = usePagedRequest('audit.page', { ...choice, limit: PAGE }, { keepsPrevious: true });
  const files = useFileChoice();
  const saving = useJob('audit');
  const save = async (): Promise<void> => {
    const output = await files.newFile(`${fileStem(openCase.path)}-history.jsonl`);
    if (output !== null) void saving.start({ casePath: openCase.path, ...choice, verify: true, limit: 1, output });
  };
  const [timeStamp, setTimeStamp] = useState<TimeStampChoice | null>(null);
  const sealing = useJob('seal');
  const seal = async (): Promise<void> => {
    const output = await files.newFile(`${fileStem(openCase.path)}.seal.json`);
    if (output !== null)
      void sealing.start({
        casePath: openCase.path,
        output,
        makeKey: true,
        ...givenTimeStamp(timeStamp ?? noTimeStamp),
      });
  };
  const checking = useJob('verifySeal');
  const columns: readonly DataColumn<Entry>[] = [
    { id: 'at', title: `Time (${formats.column.name})`, widthPx: 150, text: ({ atMs }) => formats.columnTime(atMs) },
    { id: 'by', title: 'Who', widthPx: 120, text: ({ by }) => by },
    { id: 'what', title: 'What', widthPx: 210, text: ({ what }) => what },
    { id: 'about', title: 'About', widthPx: 170, text: ({ about }) => about },
    { id: 'details', title: 'Details', widthPx: 260, text: ({ details }) => detailWords(details, formats.columnTime) },
  ];
  return (
    <Dialog title="History" size="wide" onClose={onClose}>
      <div className="history">
        <div className="history-choice">
          {subject !== null && (
            <Segmented
              label="Whose history"
              value={isWhole ? 'all' : 'one'}
              options={[
                { value: 'one', text: subject.name },
                { value: 'all', text: 'The whole case' },
              ]}
              onChange={(value) => setWhole(value === 'all')}
            />
          )}
          <Field
            label="Search the history"
            layout="hidden"
            type="search"
            placeholder="What was done, or by whom"
            value={text}
            onChange={setText}
          />
          <Chain brokenEntry={history.firstPage?.brokenEntry} />
          <span className="grow" />
          <Button disabled={saving.running !== null} onClick={() => void save()}>
            Save as a file…
          </Button>
          <Button
            disabled={sealing.running !== null || openCase.readOnly}
            title="Sign all that the case holds with your key: whoever has your public key sees any change after that"
            onClick={() => void seal()}
          >
            Seal…
          </Button>
          <Button
            disabled={checking.running !== null}
            title="Compare the case with the seal beside it, by your public key"
            onClick={() =>
              void checking.start({
                casePath: openCase.path,
                ...givenTimeStamp({ ...(timeStamp ?? noTimeStamp), server: '' }),
              })
            }
          >
            Check the seal
          </Button>
          <Button
            tone="quiet"
            aria-expanded={timeStamp !== null}
            title="Have an authority say when the case was sealed"
            onClick={() => setTimeStamp(timeStamp === null ? noTimeStamp : null)}
          >
            Time-stamp…
          </Button>
        </div>
        {timeStamp !== null && <TimeStampFields value={timeStamp} onChange={setTimeStamp} />}
        {history.error !== null ? (
          <ErrorState title="The history could not be read" error={history.error} />
        ) : (
          <div className="history-table">
            <DataTable
              label="History"
              columns={columns}
              rows={history.rows}
              rowKey={keyOfEntry}
              hasMore={history.hasMore}
              onNeedMore={history.loadMore}
              empty={<p className="soft history-empty">{history.isLoading ? 'Reading' : 'No entry.'}</p>}
            />
          </div>
        )}
        <Saved
          job={saving}
          failed="The history was not saved"
          words={({ total, output }) => `${formatCounted(total, 'entry', 'entries')} in ${output ?? ''}`}
        />
        <Saved
          job={sealing}
          failed="The case was not sealed"
          words={({ things, history: { entry }, output, key, timeStamp: stamped }) =>
            `Sealed: ${formatCounted(things, 'digest', 'digests')} and the history up to entry ${entry}, in ${output}. ` +
            `Your key begins with ${key.slice(0, 12)}.${stampedWords(stamped, formats.columnTime)}`
          }
        />
        <Saved
          job={checking}
          failed="The seal was not checked"
          words={(result) => checkedWords(result, formats.columnTime)}
        />
      </div>
    </Dialog>
  );
}

function Chain({ brokenEntry }: { readonly brokenEntry: number | null | undefined }): ReactNode {
  if (brokenEntry === undefined) return null;
  return brokenEntry === null ? (
    <span className="history-chain soft" role="status" title="Each entry holds a digest of the one before it">
      ✓ The chain is whole
    </span>
  ) : (
    <strong className="history-broken" role="alert">
      ▲ Entry {brokenEntry} is not as it was written
    </strong>
  );
}

/** How writing a file went; here, since messages of the window lie under the dialog. */
function Saved<J extends 'audit' | 'seal' | 'verifySeal'>({
  job,
  failed,
  words,
}: {
  readonly job: ReturnType<typeof useJob<J>>;
  readonly failed: string;
  readonly words: (result: JobResult<J>) => string;
}): ReactNode {
  if (job.outcome === null) return null;
  if (job.outcome.ok)
    return (
      <p className="soft" role="status">
        {words(job.outcome.result)}
      </p>
    );
  return (
    <ErrorState
      title={failed}
      error={job.outcome.error}
      actions={job.replace === null ? undefined : <Button onClick={job.replace}>Replace it</Button>}
    />
  );
}

/** Whether the case is what was sealed; where it is not, the first differences. */
function checkedWords(
  { isSigned, differences, entriesSince, timeStamps, seal }: JobResult<'verifySeal'>,
  timeWords: (instantMs: number) => string,
): string {
  if (!isSigned) return `▲ ${seal} was not signed with your key.`;
  if (differences.length > 0)
    return `▲ ${formatCounted(differences.length, 'thing is', 'things are')} not as sealed: ${differences.slice(0, 3).join(' ')}`;
  const stamps = timeStamps.map(
    ({ atMs, authority, isTrusted }) =>
      ` Stamped ${timeWords(atMs)} by ${authority}${isTrusted ? '' : ', whose certificate was not checked: name it in Time-stamp'}.`,
  );
  return `✓ Everything is as it was sealed; ${formatCounted(entriesSince, 'entry', 'entries')} of the history came since.${stamps.join('')}`;
}

/** What became of the time-stamp of a new seal; nothing where none was asked for. */
function stampedWords(stamped: JobResult<'seal'>['timeStamp'], timeWords: (instantMs: number) => string): string {
  if (stamped === null) return '';
  const { state, atMs, authority, reason } = stamped;
  if (state === 'waiting') return ` Its time-stamp waits in Exports: ${reason ?? ''}`;
  return ` Stamped ${atMs === null ? '' : timeWords(atMs)} by ${authority ?? ''}.`;
}

function keyOfEntry({ id }: Entry): string {
  return `${id}`;
}
