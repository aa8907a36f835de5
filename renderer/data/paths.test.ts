import { expect, it } from 'vitest';
import { fileName, fileStem, folderOf, joinPath } from './paths.ts';

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

it('tells folders of equal names apart, by the beginning and the end of a long one', () => {
  expect(folderOf('/home/ana/cases/may.assay')).toBe('/home/ana/cases');
  expect(folderOf('/may.assay')).toBe('/');
  expect(folderOf('C:\\cases\\may.assay')).toBe('C:\\cases');
  const long = folderOf(`/mnt/share/${'deep/'.repeat(20)}cards/may.assay`);
  expect(long).toHaveLength(47);
  expect(long).toMatch(/^\/mnt\/share\/.*….*\/cards$/u);
});
