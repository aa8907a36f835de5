import { expect, it } from 'vitest';
import { billOfMaterials, shippedPackages, thirdPartyNotices } from '../scripts/shipped-packages.mjs';

const packages = shippedPackages();
/** Licences under which Assay may be shipped with a package: permissive, and asking for no more than their text. */
const permissive = /^\(?(MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|OFL-1\.1|CC0-1\.0)( (AND|OR) [\w.-]+)*\)?$/u;

it('lists what is bundled into the window and the engine, with all that it needs, each under a permissive licence', () => {
  const names = packages.map(({ name }) => name);
  // zrender is needed by echarts alone, which only the window imports.
  expect(names).toEqual(
    expect.arrayContaining([
      'react',
      'echarts',
      'zrender',
      'better-sqlite3',
      'better-sqlite3-multiple-ciphers',
      'kafkajs',
      'zod',
    ]),
  );
  expect(names).not.toContain('vitest');
  expect(packages.filter(({ license }) => !permissive.test(license))).toEqual([]);
});

it('writes them as CycloneDX, with digests, and their licences in full', () => {
  const { components, dependencies, ...head } = billOfMaterials(packages);
  expect(head).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
  const references = new Set(components.map((component) => component['bom-ref']));
  expect(references.size).toBe(packages.length);
  expect(components.filter(({ hashes }) => hashes === undefined)).toEqual([]);
  expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((each) => !references.has(each))).toEqual([]);
  const notices = thirdPartyNotices(packages);
  for (const { name, version } of packages) expect(notices).toContain(`${name} ${version} (`);
  expect(notices).toContain('Copyright (c) Meta Platforms, Inc. and affiliates.');
});
