import type { ColumnBlock } from './columns.ts';
import { impossible } from './error.ts';

/** Rows `from` to `to` of a block, in memory of their own. */
export function sliceOfBlock(block: ColumnBlock, from: number, to: number): ColumnBlock {
  switch (block.kind) {
    case 'number':
    case 'time':
      return { kind: block.kind, values: block.values.slice(from, to) };
    case 'code':
      return { kind: 'code', codes: block.codes.slice(from, to) };
    case 'text': {
      const startByte = from === 0 ? 0 : block.ends[from - 1];
      const endByte = to === 0 ? 0 : block.ends[to - 1];
      return {
        kind: 'text',
        bytes: block.bytes.slice(startByte, endByte),
        ends: block.ends.slice(from, to).map((end) => end - startByte),
      };
    }
  }
}

/** Blocks of one kind, one after the other; at least one. */
export function joinBlocks(blocks: readonly ColumnBlock[]): ColumnBlock {
  const [{ kind }] = blocks;
  switch (kind) {
    case 'number':
    case 'time':
      return { kind, values: joinArrays(blocks.map((block) => ofKind(block, kind).values)) };
    case 'code':
      return { kind, codes: joinArrays(blocks.map((block) => ofKind(block, kind).codes)) };
    case 'text':
      return joinTexts(blocks.map((block) => ofKind(block, kind)));
  }
}

/** Arrays of one type, one after the other; at least one. */
export function joinArrays<T extends Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array>(
  arrays: readonly T[],
): T {
  const [first] = arrays;
  if (arrays.length === 1) return first;
  const length = arrays.reduce((sum, array) => sum + array.length, 0);
  // Bytes may come in Node's own class, which warns when it is made by its constructor.
  const makes = first instanceof Uint8Array ? Uint8Array : first.constructor;
  const joined = new (makes as new (length: number) => T)(length);
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}

type BlockOf<Kind extends ColumnBlock['kind']> = Extract<ColumnBlock, { readonly kind: Kind }>;

function ofKind<Kind extends ColumnBlock['kind']>(block: ColumnBlock, kind: Kind): BlockOf<Kind> {
  return block.kind === kind ? (block as BlockOf<Kind>) : impossible(`a column of ${kind} holds ${block.kind}`);
}

function joinTexts(blocks: readonly BlockOf<'text'>[]): ColumnBlock {
  const used = blocks.map(({ bytes, ends }) => bytes.subarray(0, ends.at(-1) ?? 0));
  let start = 0;
  const ends = blocks.map((block, index) => {
    const shifted = block.ends.map((end) => end + start);
    start += used[index].length;
    return shifted;
  });
  return { kind: 'text', bytes: joinArrays(used), ends: joinArrays(ends) };
}
