const token = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|[{}[\]:,]|[^\s{}[\]:,"']+|\s+/y;
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** Words for values that JSON lacks or writes otherwise: those of Python and JavaScript. */
const words: Readonly<Record<string, string>> = {
  true: 'true',
  false: 'false',
  null: 'null',
  True: 'true',
  False: 'false',
  None: 'null',
  NaN: 'null',
  nan: 'null',
  undefined: 'null',
  Infinity: 'null',
  '-Infinity': 'null',
  inf: 'null',
  '-inf': 'null',
};

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
  '0': '\0',
  '\n': '',
};

/** The text within quotes, its escapes (those of Python too) resolved, written as a JSON string. */
function jsonString(quoted: string): string {
  const text = quoted
    .slice(1, -1)
    .replaceAll(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|([^]))/g, (_all, byte?: string, unit?: string, other = '') =>
      byte !== undefined || unit !== undefined
        ? String.fromCharCode(Number.parseInt(byte ?? unit ?? '', 16))
        : (escapes[other as string] ?? (other as string)),
    );
  return JSON.stringify(text);
}

/**
 * JSON text for text that is almost JSON: NaN and infinities (as many libraries write them) become null, Python's
 * literals of dictionaries and lists are rewritten, and commas before a closing bracket are dropped. Undefined where
 * the text has anything else that JSON does not know; whether the result is JSON is for its parser to say.
 */
export function jsonOfLenient(text: string): string | undefined {
  const parts: string[] = [];
  /** Index of a comma that waits for a value behind it. */
  let comma = -1;
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const found = token.exec(text)?.[0];
    if (found === undefined) return undefined;
    const first = found[0];
    if (first.trim() === '') continue;
    if ((first === '}' || first === ']') && comma >= 0) parts[comma] = '';
    comma = first === ',' ? parts.length : -1;
    if (first === '"' || first === "'") parts.push(jsonString(found));
    else if ('{}[]:,'.includes(first)) parts.push(found);
    else if (numberPattern.test(found)) parts.push(found);
    else {
      if (!Object.hasOwn(words, found)) return undefined;
      parts.push(words[found]);
    }
  }
  return parts.join('');
}
