import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quickJsonWriter } from './json-bytes.ts';
import { emptyShape } from './json-shape.ts';
import { payloadWriter } from './json-lines.ts';
import { TypedCells } from './typed-cells.ts';
import type { RecordBatch } from '../domain/record-batch.ts';

const plainNumbers = { decimal: '.', group: null, decorated: false } as const;
const keys = fc.constantFrom('id', 'amount', 'note', 'é', '__proto__', '7', 'a b');
const scalar = fc.oneof(
  fc.double().filter(Number.isFinite),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.string({ unit: 'grapheme' }),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
);
const value = fc.oneof({ weight: 6, arbitrary: scalar }, fc.array(fc.integer()), fc.dictionary(keys, scalar));
/** Objects as texts, some of them with blanks, doubled keys, numbers in every notation, or broken somewhere. */
const objectText = fc
  .tuple(
    fc.array(fc.tuple(keys, value), { maxLength: 5 }),
    fc.constantFrom('', ' ', '\t', '\n'),
    fc.constantFrom(
      '',
      '',
      '',
      '1e5',
      '-0',
      '0.1e-7',
      '12345678901234567890',
      '01',
      '1.',
      '-',
      '.5',
      '1E+2',
      'tru',
      '"\\n"',
    ),
    fc.option(fc.nat(40), { freq: 5 }),
  )
  .map(([members, blank, odd, cut]) => {
    const parts = members.map(([key, content]) => `${JSON.stringify(key)}:${blank}${JSON.stringify(content)}`);
    if (odd !== '') parts.push(`"odd":${odd}`);
    const text = `${blank}{${parts.join(`${blank},`)}}${blank}`;
    return cut === null ? text : text.slice(0, cut);
  });

function shown(batch: RecordBatch): unknown {
  return batch.columnNames.map((name, column) => {
    const numbers = new Float64Array(batch.rowCount);
    const notNumbers = batch.numbers(column, plainNumbers, numbers);
    const texts = Array.from({ length: batch.rowCount }, (_, row) => batch.text(row, column));
    return { name, texts, numbers: [...numbers], notNumbers };
  });
}

/** The cells of the texts, and why some are none; `known` are read before, so that their keys are known. */
function read(texts: readonly string[], isQuick: boolean): unknown {
  const cells = new TypedCells([], texts.length + 1);
  const payloads = payloadWriter(cells);
  const bytes = Buffer.alloc(texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 0));
  let used = 0;
  let quick = 0;
  const outcomes = texts.map((text, row) => {
    // A line end before the object is a blank of JSON that the quick way leaves alone.
    const start = used;
    const length = bytes.write(isQuick ? text : `\n${text}`, start);
    used += length + 1;
    const outcome = payloads.put(row, bytes, start, start + length);
    if (outcome.kind === 'plain') quick++;
    return outcome.kind === 'rejected' ? 'rejected' : 'row';
  });
  if (!isQuick) expect(quick).toBe(0);
  const raw = { bytes, rawStart: new Uint32Array(0), rawEnd: new Uint32Array(0) };
  const places = { byteOffset: new Float64Array(0), line: new Float64Array(0) };
  const next = { byteOffset: 0, line: 1 };
  const frame = { rowCount: texts.length, columnNames: cells.columnNames, rejected: [], next };
  return { outcomes, cells: shown(cells.batch(frame, places, raw)) };
}

it('gives the cells of JSON.parse, and refuses what JSON.parse refuses, for any bytes', () => {
  fc.assert(
    fc.property(fc.array(objectText, { minLength: 1, maxLength: 8 }), (texts) => {
      // Every text twice: the second time its keys are known.
      expect(read([...texts, ...texts], true)).toEqual(read([...texts, ...texts], false));
    }),
    { numRuns: 2000 },
  );
});

it('is quick for the common message once its keys are known, and never for keys met twice', () => {
  const cells = new TypedCells(['id', 'note', 'at.lat'], 4);
  const shape = emptyShape();
  const put = quickJsonWriter(cells, shape);
  const putText = (text: string): boolean => {
    const bytes = Buffer.from(`${text} `);
    return put(0, bytes, 0, bytes.length - 1);
  };
  expect(putText('{"id":1}')).toBe(false);
  const payloads = payloadWriter(cells);
  const known = Buffer.from('{"id":1,"note":"é","at":{"lat":-1.5e3}} ');
  expect(payloads.put(0, known, 0, known.length - 1).kind).toBe('parsed');
  expect(payloads.put(1, known, 0, known.length - 1).kind).toBe('plain');
  const swapped = Buffer.from('{"at":{"lat":null},"note":"x","id":true} ');
  expect(payloads.put(2, swapped, 0, swapped.length - 1).kind).toBe('plain');
  const twice = Buffer.from('{"id":1,"id":2} ');
  expect(payloads.put(3, twice, 0, twice.length - 1).kind).toBe('rejected');
});
