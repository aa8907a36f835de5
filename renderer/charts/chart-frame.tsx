import { useId, useState, type ReactNode } from 'react';
import './charts.css';

/** The same facts as the picture, for reading and copying. Numbers are already written out. */
export interface ChartTable {
  readonly columns: readonly { readonly name: string; readonly isNumber: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

export interface ChartFrameProps {
  /** The question that the chart answers. */
  readonly question: string;
  readonly hint?: ReactNode;
  /** The answer in one line; also what a screen reader says for the picture. */
  readonly answer?: ReactNode;
  /** Switches and the like, to the right of the question. */
  readonly tools?: ReactNode;
  /** Made only while the table is shown. */
  readonly table: () => ChartTable;
  readonly height: number;
  readonly children: ReactNode;
}

/** A question, the chart that answers it, the answer in words, and the same as a table at the press of a button. */
export function ChartFrame({ question, hint, answer, tools, table, height, children }: ChartFrameProps): ReactNode {
  const [isTable, setIsTable] = useState(false);
  const answerId = useId();
  return (
    <figure className="chart-frame" aria-label={question} {...(answer ? { 'aria-describedby': answerId } : {})}>
      <figcaption className="chart-head">
        <h3 className="chart-question">{question}</h3>
        {hint !== undefined && <span className="chart-hint">{hint}</span>}
        <span className="chart-tools">
          {tools}
          <button
            type="button"
            className="chart-toggle"
            aria-pressed={isTable}
            aria-label={`${question} As a table`}
            onClick={() => setIsTable(!isTable)}
          >
            {isTable ? 'Chart' : 'Table'}
          </button>
        </span>
      </figcaption>
      {isTable ? <FactTable label={question} table={table()} height={height} /> : children}
      {answer !== undefined && (
        <p className="chart-answer" id={answerId}>
          {answer}
        </p>
      )}
    </figure>
  );
}

/** A plain table that scrolls within a chart's height. */
export function FactTable({
  label,
  table,
  height,
}: {
  readonly label: string;
  readonly table: ChartTable;
  readonly height: number;
}): ReactNode {
  return (
    <div className="chart-table" style={{ height }} tabIndex={0} role="region" aria-label={`${label} Table`}>
      <table>
        <thead>
          <tr>
            {table.columns.map(({ name, isNumber }) => (
              <th key={name} scope="col" className={isNumber ? 'chart-number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, column) => (
                <td key={column} className={table.columns[column].isNumber ? 'chart-number' : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
