import type { ReactNode } from 'react';
import type { TransactionFilter } from '../../preload/contract/transactions.ts';
import { useFormats } from '../data/app-state.tsx';
import { filterChips } from '../data/filter-chips.ts';
import { Chip } from '../ui/chip.tsx';

/** The filter that places share, a chip for each of its conditions; nothing where it has none. */
export function FilterChips({
  filter,
  onFilter,
}: {
  readonly filter: TransactionFilter;
  readonly onFilter: (filter: TransactionFilter) => void;
}): ReactNode {
  const formats = useFormats();
  const chips = filterChips(filter, {
    day: formats.day,
    time: formats.columnTime,
    amount: (amount) => formats.amount(amount),
  });
  return chips.map(({ id, name, value, without }) => (
    <Chip key={id} removeLabel={`Remove ${name} ${value}`} onRemove={() => onFilter(without)}>
      {name} <strong>{value}</strong>
    </Chip>
  ));
}
