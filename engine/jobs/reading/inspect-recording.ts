import { resolve } from 'node:path';
import { personalSentences } from '../../features/personal-columns.ts';
import type { ProfileColumn } from '../../domain/profile.ts';
import { textsOfJson } from '../../features/infer-ordinary.ts';
import { cutTimes } from '../../features/cut-times.ts';
import { inferProfile } from '../../features/infer-profile.ts';
import { describeThemes } from '../../features/windows/propose-themes.ts';
import { sampleOfRecording } from '../../features/profile-sample.ts';
import { personalTexts, type PersonalTexts } from '../../store/personal-texts.ts';
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
    const texts = personalTexts();
    const kept = (name: string): ProfileColumn['personal'] =>
      profile.columns.find((column) => column.name === name)?.personal;
    const first = sample.columnNames.map((_name, column) => sample.texts(column).slice(0, shownRows));
    return {
      path,
      sizeBytes: reader.storedBytes,
      format: reader.format,
      notices: [...reader.notices, ...textsOfJson(profile), ...cutTimes(profile), ...personalSentences(profile)],
      columns: describeColumns(profile, null, new Map()),
      themes: describeThemes(profile),
      firstRows: Array.from({ length: Math.min(shownRows, sample.rowCount) }, (_, row) =>
        first.map((cells, column) => shownCell(cells[row], kept(sample.columnNames[column]), texts)),
      ),
    };
  } finally {
    await reader.close();
  }
}

/** A cell as the case would hold it: nobody sees more by looking before reading. */
function shownCell(text: string | undefined, personal: ProfileColumn['personal'], texts: PersonalTexts): string {
  if (text === undefined || personal?.kept === 'nothing') return '';
  return personal?.kept === 'token' ? texts.tokenOf(personal.kind, text) : text;
}
