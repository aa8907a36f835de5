import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caseArgument } from './case-argument.ts';

describe('the case of a command line', () => {
  it.each([
    [['assay', '--case=spring.assay'], 'spring.assay'],
    [['assay', '--user-data-dir=/x', 'Spring 2026.ASSAY'], 'Spring 2026.ASSAY'],
    // What was named wins over what merely looks like a case.
    [['electron', 'other.assay', '--case=spring.assay'], 'spring.assay'],
  ])('%j', (argv, path) => {
    expect(caseArgument(argv, '/home/ines')).toBe(resolve('/home/ines', path));
  });

  it.each([
    [['assay']],
    [['old.assay']],
    [['assay', '--case=']],
    [['assay', 'april.csv']],
    [['assay', '--log=x.assay']],
  ])('is none in %j', (argv) => {
    expect(caseArgument(argv, '/home/ines')).toBeNull();
  });
});
