import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonMembers } from './json-members.ts';
import { formOf, unframed } from './message-frame.ts';

const row = { id: 4, amount: 12.5, note: 'a "quoted" }{ text' };
const source = { lsn: 71_203, table: 'payments' };
const whole = (value: unknown): readonly [Buffer, { readonly from: number; readonly to: number }] => {
  const text = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  // Other bytes around it, as in a record batch.
  return [Buffer.concat([Buffer.from('}{'), text, Buffer.from('"}')]), { from: 2, to: 2 + text.length }];
};

it('members lie where JSON.parse reads them, whatever the values hold and whatever blanks stand between', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, '\r\n\t'), (object, indent) => {
      const [bytes, span] = whole(JSON.stringify(object, null, indent));
      const members = jsonMembers(bytes, span);
      const read = Object.fromEntries(
        [...(members ?? [])].map(([name, { from, to }]) => [
          name,
          JSON.parse(bytes.toString('utf8', from, to)) as unknown,
        ]),
      );
      expect(read).toEqual(JSON.parse(JSON.stringify(object)));
    }),
    { numRuns: 500 },
  );
});

it('a name that stands twice is named, and what is no whole object has no members', () => {
  const [bytes, span] = whole('{"a":1,"\\u0061":2}');
  expect(jsonMembers(bytes, span)?.repeated).toBe('a');
  for (const broken of ['', '[1]', '{"a":1', '{"a"}', '{"a":}', '{"a":1}x', '{a:1}', '{"a":"}', '{"a":[1}'])
    expect(jsonMembers(...whole(broken)), broken).toBeNull();
});

it.each([
  ['a record', row, 'plain'],
  ['a record behind a byte order mark', `\ufeff${JSON.stringify(row)}`, 'plain'],
  ['a record whose own columns are called op and source', { ...row, op: 'c', source: 'web' }, 'plain'],
  ['a row that Debezium flattened', { ...row, __op: 'c', __deleted: 'false' }, 'plain'],
  ['a change of Debezium', { before: null, after: row, source, op: 'c', ts_ms: 1 }, 'debezium'],
  [
    'one with its schema',
    { schema: { type: 'struct' }, payload: { before: null, after: row, source, op: 'r' } },
    'debezium',
  ],
  ['Kafka Connect with schema', { schema: { type: 'struct' }, payload: row }, 'connect'],
  ['a CloudEvent', { specversion: '1.0', id: '1', source: '/shop', type: 'payment', data: row }, 'cloudevents'],
  ['a list of records', [row, row], 'array'],
  ['bytes that name a schema', '\u0000\u0000\u0000\u0000\u0007{}', 'wire'],
])('tells what a message is: %s', (_, message, form) => {
  expect(formOf(...whole(message))).toBe(form);
});

it.each([
  ['debezium', { before: null, after: row, source, op: 'c' }, row],
  ['debezium', { schema: {}, payload: { before: null, after: row, source, op: 'r' } }, row],
  ['debezium', { before: row, after: { ...row, amount: 13 }, source, op: 'u' }, 'an update of a row'],
  ['debezium', { before: row, after: null, source, op: 'd' }, 'the deletion of a row'],
  ['debezium', row, 'no change of Debezium'],
  ['connect', { schema: {}, payload: row }, row],
  ['connect', { schema: {}, payload: null }, 'no object under payload'],
  ['cloudevents', { specversion: '1.0', data: row }, row],
  ['cloudevents', { specversion: '1.0', data_base64: 'e30=' }, 'in base64'],
  ['none', `\ufeff${JSON.stringify(row)}`, row],
] as const)('takes the frame off, or says why there is no record: %s', (frame, message, expected) => {
  const [bytes, span] = whole(message);
  const place = unframed(bytes, span, frame);
  if (typeof expected === 'string') expect(place).toContain(expected);
  else if (typeof place === 'string') expect.fail(place);
  else expect(JSON.parse(bytes.toString('utf8', place.from, place.to))).toEqual(expected);
});
