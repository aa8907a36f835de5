import { expect, it } from 'vitest';
import { readPageContent, type LeafLevels, type Page } from './parquet-pages.ts';

const leaf: LeafLevels = {
  name: 'a',
  element: { name: 'a', type: 'INT32' },
  mostRepetition: 0,
  mostDefinition: 1,
  codec: 'UNCOMPRESSED',
  values: 30,
};

function pageOf(encoding: 'PLAIN' | 'RLE_DICTIONARY' | 'DELTA_BINARY_PACKED'): Page {
  const levels = { definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' } as const;
  const header = {
    type: 'DATA_PAGE',
    uncompressed_page_size: 0,
    compressed_page_size: 0,
    data_page_header: { num_values: 30, encoding, ...levels },
  } as const;
  return { header, start: 0, dataStart: 0, end: 0, firstValue: 0, values: 30 };
}

function read(encoding: Parameters<typeof pageOf>[0], ...bytes: readonly number[]): Uint8Array {
  return readPageContent(pageOf(encoding), leaf, Uint8Array.from(bytes), bytes.length);
}

/** Definition levels of thirty present values: their length, a run of thirty, the level. */
const present = [2, 0, 0, 0, 60, 1];

it('takes runs that fit, one of no values before them and padding behind them', () => {
  expect(read('RLE_DICTIONARY', ...present, 1, 60, 0).length).toBe(9);
  expect(read('RLE_DICTIONARY', ...present, 1, 1, 9, 0, 0, 0, 0).length).toBe(13);
});

it('refuses a run of two billion values in five bytes, with which a decoder would fill the memory', () => {
  expect(() => read('PLAIN', 6, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 1)).toThrow(/a run of 2147483647 values/);
  expect(() => read('RLE_DICTIONARY', ...present, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f, 1)).toThrow(/a run of/);
});

it('refuses runs and levels that go beyond their page, and numbers wider than there are', () => {
  expect(() => read('RLE_DICTIONARY', ...present, 8, 9, 1, 2)).toThrow(/beyond its page/);
  expect(() => read('PLAIN', 200, 0, 0, 0, 60, 1)).toThrow(/too short for its levels/);
  expect(() => read('RLE_DICTIONARY', ...present, 200, 60, 0)).toThrow(/values of 200 bits/);
});

it('refuses delta blocks of no values, which would never end', () => {
  expect(() => read('DELTA_BINARY_PACKED', ...present, 0, 4, 30, 0)).toThrow(/blocks of 0 values/);
  expect(() => read('DELTA_BINARY_PACKED', ...present, 0x80, 1, 0, 30, 0)).toThrow(/in 0 parts/);
});

it('refuses a dictionary of truth values, whose runs the reader would take from elsewhere', () => {
  const truth: LeafLevels = { ...leaf, element: { name: 'a', type: 'BOOLEAN' } };
  const bytes = Uint8Array.from([...present, 1, 60, 0]);
  expect(() => readPageContent(pageOf('RLE_DICTIONARY'), truth, bytes, bytes.length)).toThrow(/dictionary of truth/);
});

it('holds runs of no bits against the count, too, in pages of version 2, where they are read', () => {
  const { header, ...rest } = pageOf('RLE_DICTIONARY');
  const { data_page_header: _first, ...common } = header;
  const second = {
    ...common,
    type: 'DATA_PAGE_V2',
    data_page_header_v2: {
      num_values: 30,
      num_nulls: 0,
      num_rows: 30,
      encoding: 'RLE_DICTIONARY',
      definition_levels_byte_length: 0,
      repetition_levels_byte_length: 0,
    },
  } as const;
  const bytes = Uint8Array.from([0, 0xfe, 0xff, 0xff, 0xff, 0x0f]);
  expect(() => readPageContent({ ...rest, header: second }, leaf, bytes, bytes.length)).toThrow(/a run of/);
});
