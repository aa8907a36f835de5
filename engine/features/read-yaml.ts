import { isScalar, parseDocument, visit, type Document, type LineCounter } from 'yaml';
import { usageError } from '../domain/error.ts';

/** Files that people write are far smaller. */
const mostCharacters = 1 << 20;

/** A file that a person wrote as YAML, of which JSON is a part. What its syntax lacks is in `document.errors`. */
export interface YamlFile {
  readonly document: Document.Parsed;
  /** Its values, aliases resolved. @throws AssayError BAD_PROFILE where they cannot be. */
  content(): unknown;
}

/** @throws AssayError BAD_PROFILE where the file is too large or nested too deep to be read. */
export function readYaml(text: string, fileName: string, lineCounter: LineCounter): YamlFile {
  if (text.length > mostCharacters)
    throw usageError(
      'BAD_PROFILE',
      `${fileName} has ${text.length.toLocaleString('en-US')} characters; at most ${mostCharacters.toLocaleString('en-US')} are read.`,
      'Is it the file that you meant?',
    );
  const document = sayingWhatIsWrong(fileName, () =>
    parseDocument(text.replace(/^\ufeff/, ''), { lineCounter, prettyErrors: false, logLevel: 'error' }),
  );
  visit(document, {
    Pair: (_place, { key }) => {
      // Written out as text, keys that are lists of lists by way of aliases would fill the memory.
      if (key !== null && !isScalar(key))
        throw usageError(
          'BAD_PROFILE',
          `${fileName} has a name that is a list, a map or an alias.`,
          'Write names as text.',
        );
    },
  });
  return { document, content: () => sayingWhatIsWrong(fileName, (): unknown => document.toJS()) };
}

function sayingWhatIsWrong<T>(fileName: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ReferenceError)
      throw usageError(
        'BAD_PROFILE',
        `${fileName} refers to a value that is not in it, or to too many: ${error.message}.`,
        'An alias (*name) needs its anchor (&name) before it; or write the value out.',
      );
    if (error instanceof RangeError)
      throw usageError('BAD_PROFILE', `${fileName} is nested too deep to be read.`, 'Is it the file that you meant?');
    throw error;
  }
}
