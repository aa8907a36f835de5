import { AssayError } from '../../../engine/domain/error.ts';
import { verifyCase } from '../../../engine/store/backup.ts';
import { connect } from '../../../engine/store/sqlite.ts';
import type { Draw } from '../fuzz/random.ts';
import type { Forgery } from './forgeries.ts';

/** Makes the change, on a row that is there. Returns how many rows it changed. */
export function forge(path: string, { sql, of }: Forgery, below: Draw): number {
  const connection = connect(path, {});
  try {
    connection.pragma('foreign_keys = OFF');
    const ids = of === undefined ? [0] : connection.prepare<[], number>(`SELECT id FROM ${of}`).pluck().all();
    const before = connection.prepare<[], number>('SELECT total_changes()').pluck().get() ?? 0;
    connection.exec(sql.replaceAll('?', String(ids[below(ids.length)])));
    return (connection.prepare<[], number>('SELECT total_changes()').pluck().get() ?? 0) - before;
  } finally {
    connection.close();
  }
}

/** What is said of a case; null where it passes as whole. */
export function saidOf(path: string): string | null {
  try {
    return verifyCase(path).problems[0] ?? null;
  } catch (error) {
    if (error instanceof AssayError) return error.message;
    throw error;
  }
}
