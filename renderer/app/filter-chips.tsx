import type { ReactNode } from 'react';
import type { TransactionFilter } from '../../preload/contract/transactions.ts';
import { useCase, useCurrentModel, useFormats } from '../data/app-state.tsx';
import { filterChips, type FilterWords } from '../data/filter-chips.ts';
import { useRequest } from '../data/requests.ts';
import { Chip } from '../ui/chip.tsx';

/** The filter that places share, a chip for each of its conditions; nothing where it has none. */
export function FilterChips({
  filter,
  onFilter,
}: {
  readonly filter: TransactionFilter;
  readonly onFilter: (filter: TransactionFilter) => void;
}): ReactNode {
  const chips = filterChips(filter, useFilterWords());
  return chips.map(({ id, name, value, without }) => (
    <Chip key={id} removeLabel={`Remove ${name} ${value}`} onRemove={() => onFilter(without)}>
      {name} <strong>{value}</strong>
    </Chip>
  ));
}

/** How the conditions of a filter are put into words in the open case. */
export function useFilterWords(): FilterWords {
  const formats = useFormats();
  const [model] = useCurrentModel();
  const isCaseOpen = useCase() !== null;
  const columns = useRequest('profile.read', {}, { isEnabled: isCaseOpen }).data?.columns;
  return {
    day: formats.caseDay,
    time: formats.columnTime,
    amount: (amount) => formats.amount(amount),
    reason: (feature) => model?.featureLabels[model.features.indexOf(feature)] ?? feature,
    stored: (column, value) =>
      columns?.find(({ name }) => name === column)?.kind === 'time' ? formats.columnTime(value) : String(value),
  };
}
