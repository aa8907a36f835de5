import { resolve } from 'node:path';
import { textsOfJson } from '../../features/infer-ordinary.ts';
import { inferProfile } from '../../features/infer-profile.ts';
import { sampleOfRecording } from '../../features/profile-sample.ts';
import { openRecording } from '../../stream/open-recording.ts';
import type { ParsedRequestInput, RequestOutput } from '../../../preload/contract/requests.ts';
import { describeColumns } from '../../case/describe-columns.ts';

const shownRows = 50;

/** The format of a recording, how its columns would be understood, and its first rows. Nothing is stored. */
export async function inspectRecording(
  input: ParsedRequestInput<'recording.inspect'>,
): Promise<RequestOutput<'recording.inspect'>> {
  const path = resolve(input.path);
  const reader = await openRecording(path, { stated: input.overrides });
  try {
    const sample = await sampleOfRecording(reader);
    const profile = inferProfile(sample, input.overrides);
    const rows = Math.min(shownRows, sample.rowCount);
    return {
      path,
      sizeBytes: reader.storedBytes,
      format: reader.format,
      notices: [...reader.notices, ...textsOfJson(profile)],
      columns: describeColumns(profile, null, new Map()),
      firstRows: Array.from({ length: rows }, (_, row) => sample.cells.map((cells) => cells[row] ?? '')),
    };
  } finally {
    await reader.close();
  }
}
