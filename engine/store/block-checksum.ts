import { crc32 } from 'node:zlib';
import type { Connection } from './sqlite.ts';
import { DamagedBlock } from './store-error.ts';

type Value = string | number | bigint | Uint8Array | null;

/**
 * CRC-32 of a stored block and of what it belongs to, such as its segment and column: any change of a byte of either is
 * seen, before the block is used. It guards against damage; against people there is the SHA-256 of `evidence.ts`.
 */
export function blockChecksum(owner: readonly (string | number | bigint)[], block: Uint8Array): number {
  return crc32(block, crc32(owner.join(' ')));
}

/** A dictionary's checksum with one more text; that of an empty one is 0. */
export function checksumWithText(before: number, code: number, text: string): number {
  return crc32(`${code} ${text}\n`, before);
}

/** @throws DamagedBlock where a block is not the one that its checksum was made of; `what` names it, as 'the scores of row 7'. */
export function requireBlock(
  stored: number | null,
  owner: readonly (string | number | bigint)[],
  block: Uint8Array,
  what: () => string,
): void {
  if (stored !== blockChecksum(owner, block)) throw new DamagedBlock(`${what()} do not match their checksum`);
}

/** For statements: `block_checksum(owner, ..., block)` and, over rows in order, `texts_checksum(code, text)`. */
export function addChecksumFunctions(connection: Connection): void {
  connection.function('block_checksum', { varargs: true, deterministic: true }, (...values: Value[]) => {
    const block = values.at(-1);
    const owner = values.slice(0, -1).map((value) => (value instanceof Uint8Array ? '' : (value ?? '')));
    return block instanceof Uint8Array ? blockChecksum(owner, block) : null;
  });
  connection.aggregate('texts_checksum', {
    varargs: true,
    start: 0,
    step: (before: number, ...[code, text]: Value[]) => checksumWithText(before, Number(code), String(text)),
  });
}
