import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { ColumnReport } from '../../../preload/contract/recordings.ts';
import type { ParsedRequestInput } from '../../../preload/contract/requests.ts';
import { caseOverview, fileOfCase, readProfile } from '../../case/case-overview.ts';
import { restoreFromJournal } from '../../case/decisions/decision-journal.ts';
import { AssayError } from '../../domain/error.ts';
import { reprofileCase } from '../../jobs/reading/reprofile-case.ts';
import { rememberRecentCase } from './settings-file.ts';
import type { Workbench } from './workbench.ts';

/** Opens a case; decisions journaled beside it come back where the case itself holds none. */
export function openCase(workbench: Workbench, input: ParsedRequestInput<'case.open'>): CaseOverview {
  const session = workbench.open(input.path);
  try {
    if (!session.isReadOnly && restoreFromJournal(session.writableCase, session.path) > 0) session.decisionsChanged();
    workbench.prepareFirstScreen();
    const overview = workbench.firstScreen?.answer('case.read', {}) ?? caseOverview(session);
    rememberIfPossible(workbench.places.dataFolder, session.path);
    return { ...overview, ...fileOfCase(session) };
  } catch (error) {
    workbench.close();
    throw error;
  }
}

/** A data folder that cannot be written costs the list of recent cases, not the case. */
function rememberIfPossible(dataFolder: string, path: string): void {
  try {
    rememberRecentCase(dataFolder, path);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
  }
}

export function closeCase(workbench: Workbench): null {
  workbench.close();
  return null;
}

/** @throws AssayError BAD_PROFILE where a column would have to be read in another way. */
export async function writeProfile(
  workbench: Workbench,
  input: ParsedRequestInput<'profile.write'>,
): Promise<{ readonly columns: readonly ColumnReport[] }> {
  const { session } = workbench;
  const openedCase = session.writableCase;
  await reprofileCase(openedCase, input.overrides, workbench.doing());
  session.rowsChanged();
  return readProfile(session);
}
