import type { ReactNode } from 'react';
import { useGoTo } from '../../app/go-to.tsx';
import { useCase, useCaseState, useCurrentModel } from '../../data/app-state.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { AlertDesk, FIRST_FILTER, type ListChoice } from './alert-desk.tsx';
import { BelowLineDesk } from './below-line-desk.tsx';
import { EntityDesk } from './entity-desk.tsx';
import { isEntityStack, opened, type EntityStack } from './entity-stack.ts';
import './triage.css';

const NO_ENTITY: EntityStack = [];

/** Triage: the list of alerts, the selected one beside it, and every decision on one key. */
export function TriagePlace(): ReactNode {
  const openCase = useCase();
  const [model] = useCurrentModel();
  const goTo = useGoTo();
  const [choice, setChoice] = useCaseState<ListChoice>('triage.filter', FIRST_FILTER);
  const [stack, setStack] = useCaseState<EntityStack>('triage.entity', NO_ENTITY, isEntityStack);
  if (openCase === null) {
    return (
      <EmptyState title="No case is open" actions={<Button onClick={() => goTo('sources')}>Go to Sources</Button>}>
        Open a recording or a case in Sources.
      </EmptyState>
    );
  }
  if (model === null) {
    return (
      <EmptyState title="No alerts yet" actions={<Button onClick={() => goTo('tuning')}>Go to Tuning</Button>}>
        A model has to score the transactions first. Training takes seconds.
      </EmptyState>
    );
  }
  const desk = { openCase, model };
  const entity = stack.at(-1);
  if (entity !== undefined)
    return (
      <EntityDesk
        key={`${model.id} ${entity.side} ${entity.text}`}
        {...desk}
        stack={stack}
        entity={entity}
        onStack={setStack}
        onListAlert={(key) => goTo('triage', { 'triage.filter': { anyOf: [key] }, 'triage.selected': key })}
        onList={(columns) => goTo('triage', { 'triage.filter': {}, 'transactions.filter': columns })}
      />
    );
  return choice.belowLine === true ? (
    <BelowLineDesk key={model.id} {...desk} onLeave={() => setChoice(FIRST_FILTER)} />
  ) : (
    <AlertDesk
      key={model.id}
      {...desk}
      onBelowLine={() => setChoice({ belowLine: true })}
      onEntity={(next) => setStack(opened([], next))}
    />
  );
}
