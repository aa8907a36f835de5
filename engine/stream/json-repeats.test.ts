import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCellTable } from './cell-table.ts';
import { jsonRecordWriter, payloadWriter, type JsonForm } from './json-lines.ts';
import { repeatedKeys } from './json-repeats.ts';
import { batchesOfStored } from './stored-batches.ts';
import { TypedCells } from './typed-cells.ts';

/** A value written by its members, so that a key may stand twice. */
type Written = string | { readonly members: readonly (readonly [string, Written])[] } | readonly Written[];

function isList(value: Written): value is readonly Written[] {
  return Array.isArray(value);
}

function textOf(value: Written, blank: string): string {
  if (typeof value === 'string') return value;
  if (isList(value)) return `[${value.map((item) => textOf(item, blank)).join(`,${blank}`)}]`;
  return `{${blank}${value.members.map(([key, item]) => `${key}${blank}:${blank}${textOf(item, blank)}`).join(`,${blank}`)}}`;
}

/** A plain reader of what stands in a text: names of columns in the order met, and keys that an object has twice. */
interface Seen {
  readonly columns: string[];
  readonly repeats: string[];
}

/** Reads JSON letter by letter, by its grammar and without JSON.parse of more than a string. */
function readPlainly(text: string): Seen {
  const seen: Seen = { columns: [], repeats: [] };
  let at = 0;
  const blanks = (): void => {
    while (' \t'.includes(text[at]) && at < text.length) at++;
  };
  const string = (): string => {
    const from = at++;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    return String(JSON.parse(text.slice(from, ++at)));
  };
  const value = (name: string, isColumn: boolean): void => {
    blanks();
    if (text[at] === '{') object(`${name}.`, isColumn);
    else {
      if (isColumn) seen.columns.push(name);
      if (text[at] === '[') list(name);
      else if (text[at] === '"') string();
      else while (!',}] \t'.includes(text[at])) at++;
    }
    blanks();
  };
  const list = (name: string): void => {
    at++;
    blanks();
    for (let index = 0; text[at] !== ']'; index++) {
      value(`${name}.${index}`, false);
      if (text[at] === ',') at++;
    }
    at++;
  };
  const object = (prefix: string, isColumn: boolean): void => {
    const keys = new Set<string>();
    at++;
    blanks();
    while (text[at] !== '}') {
      blanks();
      const key = string();
      if (keys.has(key)) seen.repeats.push(prefix + key);
      keys.add(key);
      blanks();
      at++;
      value(prefix + key, isColumn);
      if (text[at] === ',') at++;
      blanks();
    }
    at++;
  };
  blanks();
  object('', true);
  return seen;
}

/** Keys as they stand in the text: one is another one written with an escape, some have dots, one ends like a member. */
const keys = fc.constantFrom('"a"', '"b"', '"\\u0061"', '"a.b"', '"x:y"', '"q\\":"', '""', '"é"', '"__proto__"');
const { record } = fc.letrec<{ record: Written; value: Written }>((tie) => ({
  value: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('1', '-2.5e3', 'null', 'true', '"a:b\\""', '"\\\\"', '"{\\"a\\":1}"') },
    { weight: 2, arbitrary: tie('record') },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
  ),
  record: fc.record({ members: fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }) }),
}));
const texts = fc.array(
  fc.tuple(record, fc.constantFrom('', '', ' ', '\t')).map(([value, blank]) => textOf(value, blank)),
  { minLength: 1, maxLength: 6 },
);

/** Why each text is no record, by the reader of a topic; null where it is one. */
function ofTopic(given: readonly string[]): readonly (string | null)[] {
  const cells = new TypedCells([], given.length);
  const payloads = payloadWriter(cells);
  return given.map((text, row) => {
    const bytes = Buffer.from(`${text} `);
    const outcome = payloads.put(row, bytes, 0, bytes.length - 1);
    return outcome.kind === 'rejected' ? outcome.reason : null;
  });
}

function ofLine(given: readonly string[], form: JsonForm): readonly (string | null)[] {
  const writer = jsonRecordWriter(createCellTable([], given.length), form);
  return given.map((text, row) => writer.put(row, text) ?? null);
}

/** By the scanner of recordings. */
function ofRecording(given: readonly string[], areNew: boolean): readonly (string | null)[] {
  const format = { kind: 'ndjson', compression: 'none', encoding: 'utf-8' } as const;
  const records = given.map((text) => Buffer.from(text));
  const reasons = new Map<number, string>();
  for (const batch of batchesOfStored(format, [], records, areNew))
    for (const { line, reason } of batch.rejected) reasons.set(line, reason);
  return given.map((_, index) => reasons.get(index + 1) ?? null);
}

const envelope = (payload: string): string => `{"topic":"t","partition":0,"offset":1,"payload":${payload}}`;

it('puts a record in quarantine at every door where a key or a column stands twice, and no other', () => {
  fc.assert(
    fc.property(texts, (given) => {
      // Every text twice: the second time its keys are known, and topics are read by the quick way.
      const all = [...given, ...given];
      const reasons = ofLine(all, { kind: 'ndjson' });
      all.forEach((text, index) => {
        const { columns, repeats } = readPlainly(text);
        const twice = columns.filter((name, position) => columns.indexOf(name) !== position);
        if (repeats.length > 0) expect(reasons[index]).toContain(`The key ${JSON.stringify(repeats[0])} stands twice`);
        else if (twice.length > 0)
          expect(twice.map((name) => `The column ${JSON.stringify(name)} stands twice`)).toContain(
            reasons[index]?.split(' in the record')[0],
          );
        else expect(reasons[index]).toBeNull();
        expect(repeatedKeys(text, JSON.parse(text))).toHaveLength(repeats.length);
      });
      expect(ofTopic(all)).toEqual(reasons);
      expect(ofLine(all.map(envelope), { kind: 'kcat' })).toEqual(reasons);
      expect(
        ofLine(
          all.map((text) => envelope(JSON.stringify(text))),
          { kind: 'kcat' },
        ),
      ).toEqual(reasons);
      expect(ofRecording(all, true)).toEqual(reasons);
      // What was taken before stays a row, whatever stands twice in it.
      expect(ofRecording(all, false).every((reason) => reason === null)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('tells a column that stands twice also where its keys are known and the quick way reads them', () => {
  const twice = '{"a":{"b":1},"a.b":2}';
  const reasons = [twice, '{"a.b":3}', twice, '{"a":{"b":4}}'];
  for (const read of [ofTopic, (given: readonly string[]) => ofRecording(given, true)])
    expect(read(reasons).map((reason) => reason !== null)).toEqual([true, false, true, false]);
});

it('names the key of a record that is almost JSON, and of a frame', () => {
  const [python] = ofLine(["{'at': {'lat': NaN, 'lat': 1}}"], { kind: 'ndjson' });
  expect(python).toContain('The key "at.lat" stands twice');
  const cloudEvent = '{"id":"1","data":{"amount":1},"data":{"amount":2}}';
  const [framed] = ofLine([cloudEvent], { kind: 'ndjson', frame: 'cloudevents' });
  expect(framed).toContain('The key "data" stands twice');
});
