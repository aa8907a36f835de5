import { createHash } from 'node:crypto';
import { isFlagged } from '../../forest/threshold.ts';
import type { Profile } from '../../domain/profile.ts';
import { idsOf } from '../../features/segment-access.ts';
import { columnWithRole } from '../../domain/profile.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { StoredModel } from '../../store/types.ts';

/**
 * SHA-256 over id, sum and flag of every row of a case under one model, in stream order: equal to what `assay score`
 * prints for the same rows and model. Null where some row has no score.
 */
export function flagsDigest(openedCase: ReadableCase, profile: Profile, model: StoredModel): string | null {
  const hash = createHash('sha256');
  const dictionaries = openedCase.dictionaries();
  const idColumn = columnWithRole(profile, 'id');
  const numbers = openedCase.rowNumbers();
  for (const summary of openedCase.segments()) {
    const sums = openedCase.readScores(model.id, summary);
    if (sums === undefined) return null;
    const segment = openedCase.readSegmentColumns(summary, idColumn === undefined ? [] : [idColumn.name]);
    const idOf = idsOf(profile, segment, dictionaries);
    const lines: string[] = [];
    sums.forEach((sum, row) => {
      const id = idOf(row) ?? String(numbers.numberOf(summary.firstSequence + row) + 1);
      lines.push(`${id}\n${sum}\n${isFlagged(sum, model.threshold.units) ? 1 : 0}\n`);
    });
    hash.update(lines.join(''));
  }
  return hash.digest('hex');
}
