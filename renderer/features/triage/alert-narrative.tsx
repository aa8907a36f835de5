import { useEffect, useRef, type ReactNode } from 'react';
import type { Narrative, NarrativeTopic } from '../../../preload/contract/alerts.ts';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useFileChoice } from '../../app/file-choice.tsx';
import { useCase, useWindowState } from '../../data/app-state.tsx';
import { dataOf, reportOf, useClient } from '../../data/client.tsx';
import { formatCount } from '../../data/format.ts';
import { useJob } from '../../data/jobs.tsx';
import { fileStem } from '../../data/paths.ts';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { errorWords } from '../../ui/error-words.ts';
import { KeyHint } from '../../ui/key-hint.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useCopyText } from './use-copy-text.ts';

const topicWords: Readonly<Record<NarrativeTopic, string>> = {
  who: 'Who',
  what: 'What',
  when: 'When',
  where: 'Where',
  why: 'Why',
  how: 'How',
  decision: 'Decided',
};
/** Ids shown behind a sentence; its file and its copy name more. */
const SHOWN_IDS = 3;

export interface AlertNarrativeProps {
  readonly modelId: number;
  readonly alertKey: string;
  readonly onShowTransactions: (key: string, sequences: readonly number[]) => void;
}

/** The draft about a decided alert, of facts only: each sentence shows the transactions that it stands on. */
export function AlertNarrative({ modelId, alertKey, onShowTransactions }: AlertNarrativeProps): ReactNode {
  const openCase = useCase();
  const client = useClient();
  const choose = useFileChoice();
  const job = useJob('exportNarrative');
  const toast = useToast();
  const copyText = useCopyText();
  const [isOpen, setIsOpen] = useWindowState<boolean>('triage.narrativeOpen', false);
  const narrative = useRequest('alerts.narrative', { modelId, key: alertKey }, { isEnabled: isOpen });
  const list = useRef<HTMLUListElement>(null);
  const takesFocus = useRef(false);
  const openKey = useCommandKey('triage.narrative');

  const isShown = isOpen && narrative.data !== undefined;
  useEffect(() => {
    if (!isShown || !takesFocus.current) return;
    takesFocus.current = false;
    list.current?.querySelector('button')?.focus();
  }, [isShown]);

  const copy = async (): Promise<void> => {
    try {
      const { text } = dataOf(await client.request('alerts.narrative', { modelId, key: alertKey }));
      copyText(text, 'The narrative is copied as text');
    } catch (error) {
      toast({ text: errorWords(reportOf(error)), tone: 'problem' });
    }
  };
  const save = async (): Promise<void> => {
    if (openCase === null) return;
    const subject = alertKey.replaceAll(/[^\w.-]+/gu, '_');
    const output = await choose.newFile(`${fileStem(openCase.path)}-${subject}-narrative.md`);
    if (output !== null) await job.start({ casePath: openCase.path, model: `${modelId}`, key: alertKey, output });
  };
  useCommand('triage.narrative', () => {
    takesFocus.current = !isOpen;
    setIsOpen(!isOpen);
  });
  useCommand('triage.copyNarrative', () => void copy());
  useCommand('triage.saveNarrative', job.running !== null ? null : () => void save());

  return (
    <section aria-label="Narrative">
      <h3>
        <button type="button" className="triage-disclosure" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? '▾' : '▸'} Narrative
        </button>{' '}
        {openKey !== null && <KeyHint keys={openKey} />}{' '}
        <span className="soft triage-place">a draft from facts of the case</span>
      </h3>
      {isOpen && narrative.error !== null && <p role="alert">▲ {errorWords(narrative.error)}</p>}
      {isOpen && narrative.data !== undefined && (
        <>
          <ul className="triage-narrative" ref={list}>
            {narrative.data.sentences.map((sentence, index, sentences) => (
              <li key={index}>
                <span className="soft">
                  {sentences[index - 1]?.topic === sentence.topic ? '' : topicWords[sentence.topic]}
                </span>
                <button
                  type="button"
                  className="triage-narrative-sentence"
                  title="Shows its transactions in the list"
                  onClick={() =>
                    onShowTransactions(
                      alertKey,
                      sentence.transactions.map(({ sequence }) => sequence),
                    )
                  }
                >
                  {sentence.text} <span className="soft tabular">{citedWords(sentence)}</span>
                </button>
              </li>
            ))}
          </ul>
          <div className="triage-buttons">
            <Button onClick={() => void copy()}>Copy</Button>
            <Button disabled={job.running !== null} onClick={() => void save()}>
              Save as a file…
            </Button>
          </div>
        </>
      )}
    </section>
  );
}

/** `4000017, 4000023 and 12 more`. */
function citedWords({ transactions, transactionCount }: Narrative['sentences'][number]): string {
  const ids = transactions.slice(0, SHOWN_IDS).map(({ id }) => id);
  const more = transactionCount - ids.length;
  return `${ids.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}
