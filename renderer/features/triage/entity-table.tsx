import type { ReactNode } from 'react';

/** A table of the page of an entity: what it lists scrolls within its own height. */
export function EntityTable({
  label,
  columns,
  children,
}: {
  readonly label: string;
  /** Null heads a column of boxes. */
  readonly columns: readonly ({ readonly title: string; readonly isNumber?: boolean } | null)[];
  /** The rows. */
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className="triage-transactions triage-entity-table" tabIndex={0} role="region" aria-label={`${label}, table`}>
      <table>
        <thead>
          <tr>
            {columns.map((column, index) =>
              column === null ? (
                <td key={index} />
              ) : (
                <th key={index} scope="col" className={column.isNumber === true ? 'number' : undefined}>
                  {column.title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
