import { expect, it } from 'vitest';
import { fileName, fileStem, joinPath } from './paths.ts';

it('names a case after its recording without the endings of recordings', () => {
  expect(fileStem('/data/transactions-2018-04.csv.gz')).toBe('transactions-2018-04');
  expect(fileStem('C:\\data\\April.2018.parquet')).toBe('April.2018');
  expect(fileStem('/data/dump.zst')).toBe('dump');
});

it('extends a folder with the separator that the folder is written with', () => {
  expect(joinPath('C:\\Users\\ana', 'a.assay')).toBe('C:\\Users\\ana\\a.assay');
  expect(joinPath('/', 'a.assay')).toBe('/a.assay');
  expect(fileName(joinPath('/home/ana', 'a b.csv'))).toBe('a b.csv');
});
