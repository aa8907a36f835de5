import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DamagedContentError } from './decompress.ts';
import { gzipMembers } from './gzip-members.ts';

async function* cut(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let i = 0; i < bytes.length; i += chunkBytes) yield await Promise.resolve(bytes.subarray(i, i + chunkBytes));
}

async function contentOf(
  stored: Uint8Array,
  chunkBytes: number,
): Promise<{ readonly text: string; readonly tailBytes: number; readonly damage: unknown }> {
  const members = gzipMembers(cut(stored, chunkBytes));
  const parts: Uint8Array[] = [];
  let damage: unknown;
  try {
    for await (const chunk of members.chunks()) parts.push(Uint8Array.from(chunk));
  } catch (error) {
    damage = error;
  }
  return { text: Buffer.concat(parts).toString(), tailBytes: members.tailBytes, damage };
}

/** A member whose header has every optional field of RFC 1952. */
function memberWithFields(text: string): Buffer {
  const plain = gzipSync(text);
  const header = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0x02 | 0x04 | 0x08 | 0x10, 0, 0, 0, 0, 0, 3]),
    Buffer.from([4, 0, 1, 2, 3, 4]),
    Buffer.from('name.csv\0a comment\0'),
    Buffer.from([0xab, 0xcd]),
  ]);
  return Buffer.concat([header, plain.subarray(10)]);
}

describe('gzipMembers', () => {
  const member = fc
    .tuple(fc.string({ maxLength: 200 }), fc.boolean())
    .map(([text, hasFields]) => ({ text, bytes: hasFields ? memberWithFields(text) : gzipSync(text) }));

  it('reads members and the zeros between them as one content, wherever the chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(member, fc.constantFrom(0, 0, 1, 3, 512)), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 300 }),
        async (members, chunkBytes) => {
          const stored = Buffer.concat(members.flatMap(([{ bytes }, zeros]) => [bytes, Buffer.alloc(zeros)]));
          const { text, tailBytes, damage } = await contentOf(stored, chunkBytes);
          expect([text, tailBytes, damage]).toEqual([members.map(([{ text: each }]) => each).join(''), 0, undefined]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each<[string, Buffer, number]>([
    ['a line end', Buffer.from('\n'), 1],
    ['text', Buffer.from('appended by a proxy'), 19],
    ['zeros and then text', Buffer.concat([Buffer.alloc(100), Buffer.from('x')]), 1],
    ['a byte like the first of a member', Buffer.from([0x1f]), 1],
    ['bytes like a member that is none', Buffer.from([0x1f, 0x00, 0x8b]), 3],
  ])('leaves out %s behind the last member, and counts it', async (_name, tail, counted) => {
    for (const chunkBytes of [1, 5, 100_000]) {
      const content = await contentOf(Buffer.concat([gzipSync('id,amount\n1,2\n'), tail]), chunkBytes);
      expect(content).toEqual({ text: 'id,amount\n1,2\n', tailBytes: counted, damage: undefined });
    }
  });

  it('gives everything before damage, and never calls a long rest a tail', async () => {
    const first = gzipSync('first');
    const wrong = gzipSync('second');
    wrong[wrong.length - 6] ^= 1;
    const checked = await contentOf(Buffer.concat([first, wrong]), 50);
    expect(checked.text).toBe('firstsecond');
    expect(checked.damage).toBeInstanceOf(DamagedContentError);
    const rest = await contentOf(Buffer.concat([first, Buffer.alloc(100_000, 0x41)]), 1000);
    expect(rest.text).toBe('first');
    expect(rest.damage).toBeInstanceOf(DamagedContentError);
    const cutOff = await contentOf(Buffer.concat([first, wrong.subarray(0, 15)]), 1000);
    expect(cutOff.text.startsWith('first')).toBe(true);
    expect(cutOff.damage).toBeInstanceOf(DamagedContentError);
  });
});
