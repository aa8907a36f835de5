import { useMemo, useState } from 'react';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { useCommand } from '../../app/commands.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import {
  isTextOrNull,
  useCase,
  useCaseState,
  useCurrentModel,
  useFormats,
  useWindowState,
} from '../../data/app-state.tsx';
import { formatCount } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { SplitPane } from '../../ui/split-pane.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { isTableLayout, untouchedLayout } from '../../ui/table-layout.ts';
import { CommandButton } from './command-button.tsx';
import { Comparison } from './comparison.tsx';
import { ImportModel } from './import-model.tsx';
import { modelColumns } from './model-columns.tsx';
import { ModelDetail } from './model-detail.tsx';
import { ServerModels } from './server-models.tsx';
import { TrainAgain } from './train-again.tsx';
import './models.css';

const keyOfModel = (model: ModelListItem): string => `${model.id}`;

/** Every model of the case: which one counts, how two differ, and training again from the numbers of one. */
export function ModelsPlace() {
  const openCase = useCase();
  const goTo = useGoTo();
  const list = useRequest('models.list', {}, { isEnabled: openCase !== null, keepsPrevious: true });
  const [current] = useCurrentModel();
  const [selectedKey, setSelectedKey] = useCaseState<string | null>('models.selected', null, isTextOrNull);
  const models = useMemo(() => (list.data ?? []).toSorted((first, second) => second.id - first.id), [list.data]);
  const selected = models.find((model) => keyOfModel(model) === selectedKey) ?? current ?? models.at(0);
  const toSources = <Button onClick={() => goTo('sources')}>Sources</Button>;
  const show = (modelId: number): void => {
    setSelectedKey(`${modelId}`);
    list.refetch();
  };
  if (openCase === null)
    return (
      <EmptyState title="No case is open" actions={toSources}>
        Models belong to a case. Open one, or read a recording.
      </EmptyState>
    );
  if (list.error !== null)
    return <ErrorState title="The models cannot be read" error={list.error} onRetry={list.refetch} />;
  if (selected !== undefined)
    return <Desk openCase={openCase} models={models} selected={selected} onSelect={setSelectedKey} onShow={show} />;
  if (list.data === undefined) return <p className="place-wait soft">Loading</p>;
  if (openCase.rows > 0) return <FirstModel openCase={openCase} onShow={show} />;
  return (
    <EmptyState title="No model yet" actions={toSources}>
      There are no transactions to learn from. Read a recording first.
    </EmptyState>
  );
}

interface FirstModelProps {
  readonly openCase: CaseOverview;
  readonly onShow: (modelId: number) => void;
}

/** A case with transactions, but without a model. */
function FirstModel({ openCase, onShow }: FirstModelProps) {
  const [isImporting, setImporting] = useState(false);
  return (
    <div className="models-first">
      <EmptyState title="No model yet">
        A model learns what is usual from {formatCount(openCase.rows)} transactions. It needs no labels.
      </EmptyState>
      <TrainAgain openCase={openCase} from={null} onDone={() => undefined} />
      <div className="models-actions">
        <CommandButton
          command="models.import"
          aria-pressed={isImporting}
          run={openCase.readOnly ? null : () => setImporting(true)}
          onClick={() => setImporting(!isImporting)}
        >
          Import…
        </CommandButton>
      </div>
      {isImporting && <ImportModel openCase={openCase} onShow={onShow} onClose={() => setImporting(false)} />}
      <ServerModels openCase={openCase} models={[]} onShow={onShow} />
    </div>
  );
}

interface DeskProps extends FirstModelProps {
  readonly models: readonly ModelListItem[];
  readonly selected: ModelListItem;
  readonly onSelect: (key: string) => void;
}

/** The list, one model beside it, and below them what tells it from another. */
function Desk({ openCase, models, selected, onSelect, onShow }: DeskProps) {
  const formats = useFormats();
  const [, setCurrent] = useCurrentModel();
  const [otherKey] = useCaseState('models.compareWith', '');
  const [detailPx, setDetailPx] = useWindowState('models.detailPx', 440);
  const [layout, setLayout] = useWindowState('models.columns', untouchedLayout, isTableLayout);
  const { rows, days } = openCase;
  const columns = useMemo(() => modelColumns({ rows, days }, formats), [rows, days, formats]);
  const other = models.find((model) => keyOfModel(model) === otherKey && model.id !== selected.id);
  const step = (steps: number): void => {
    const index = models.findIndex(({ id }) => id === selected.id);
    onSelect(keyOfModel(models[Math.max(0, Math.min(models.length - 1, index + steps))]));
  };
  useCommand('models.next', () => step(1));
  useCommand('models.previous', () => step(-1));
  // The desk stands in the same place with and without a comparison: what it was told by a job would be lost else.
  return (
    <div className={other === undefined ? 'models-alone' : 'models-with-comparison'}>
      <SplitPane
        mainLabel="Models of this case"
        detailLabel={`Model ${selected.name}`}
        detailPx={detailPx}
        onResize={setDetailPx}
        main={
          <DataTable
            label="Models"
            columns={columns}
            rows={models}
            rowKey={keyOfModel}
            selectedKey={keyOfModel(selected)}
            onSelect={onSelect}
            onActivate={(model) => setCurrent(model.id)}
            layout={layout}
            onLayout={setLayout}
          />
        }
        detail={<ModelDetail openCase={openCase} models={models} selected={selected} onShow={onShow} />}
      />
      {other !== undefined && (
        <div className="models-wide">
          <Comparison first={selected} second={other} />
        </div>
      )}
    </div>
  );
}
