import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { jobs } from '../../preload/contract/jobs.ts';
import { pathsIn } from '../../engine/domain/path-fields.ts';
import { requests } from '../../preload/contract/requests.ts';
import type { Call } from '../../preload/contract/wire/frames.ts';
import type { EngineSupervisor } from '../engine-supervisor.ts';
import { GrantedPaths, guardPaths } from './granted-paths.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-granted-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: readonly string[]): string => join(folder, ...names);
for (const name of ['home/keys', 'given/.ssh', 'given/deep', 'other']) mkdirSync(at(name), { recursive: true });
for (const name of ['given/deep/a.csv', 'given/.ssh/id', 'other/b.csv', 'home/keys/seal-case.key'])
  writeFileSync(at(name), 'x');
symlinkSync(at('other'), at('given', 'link'));

const job = (name: string, input: unknown): Call => ({ door: 'startJob', name, input });
const signIn = (caPath: string): Call => ({
  door: 'request',
  name: 'kafka.signIn',
  input: { brokers: 'a:9092', entry: { kind: 'stated', tls: true, caPath, login: null } },
});
const granted = (): GrantedPaths => new GrantedPaths(at('home'), null);

describe('paths that a page may use', () => {
  it('are what a person chose, what lies in a folder that was given, and cases in the data folder', () => {
    const paths = granted();
    expect(paths.allows(at('other', 'b.csv'))).toBe(false);
    paths.choose([at('other', 'b.csv'), at('new.assay')]);
    expect(paths.allows(at('other', 'b.csv'))).toBe(true);
    expect(paths.allows(at('new.assay'))).toBe(true);
    // What carries the name of a given case beside it is the case's own.
    for (const own of ['new.seal.json', 'new.assay.backup-1', 'new.backup-hand-1.assay'])
      expect(paths.allows(at(own)), own).toBe(true);
    for (const other of ['newer.assay', 'new', 'old.seal.json', 'new.d/x'])
      expect(paths.allows(at(other)), other).toBe(false);
    paths.addFolder(at('given'));
    expect(paths.allows(at('given', 'deep', 'a.csv'))).toBe(true);
    expect(paths.allows(at('home', 'spring.assay'))).toBe(true);
    expect(paths.allows(at('home', 'cases', 'first.assay'))).toBe(true);
  });

  it('are not what is hidden, behind a link or above, nor what Assay keeps for itself', () => {
    const paths = granted();
    paths.addFolder(at('given'));
    for (const path of [
      at('given', '.ssh', 'id'),
      at('given', 'link', 'b.csv'),
      `${at('given')}/../other/b.csv`,
      `${at('given')}-evil/x`,
      at('home', 'keys', 'seal-case.key'),
      at('home', 'settings.json'),
      at('home', 'open-12.html'),
      '/etc/passwd',
    ])
      expect(paths.allows(path), path).toBe(false);
  });

  it('are kept for the next start where there is a place for them, and read from nothing else', () => {
    const memory = at('memory', 'chosen.json');
    new GrantedPaths(at('home'), memory).choose([at('other', 'b.csv')]);
    expect(new GrantedPaths(at('home'), memory).allows(at('other', 'b.csv'))).toBe(true);
    writeFileSync(memory, 'nothing of ours');
    expect(new GrantedPaths(at('home'), memory).allows(at('other', 'b.csv'))).toBe(false);
  });

  it('are looked at in every call before the engine hears of it', async () => {
    const heard: Call[] = [];
    const engine = {
      call: (call: Call) => {
        heard.push(call);
        return Promise.resolve({ ok: true as const, data: { folder: at('given'), parent: folder, entries: [] } });
      },
    } as unknown as EngineSupervisor;
    const paths = granted();
    paths.addFolder(at('given'));
    const guarded = guardPaths(engine, paths);
    const [good, bad] = [at('given', 'a.assay'), at('other', 'b.csv')];
    for (const call of [
      job('report', { casePath: good, output: bad }),
      job('report', { casePath: good, output: at('given', 'r.html'), template: bad }),
      job('run', { recordings: [at('given', 'deep', 'a.csv'), bad], casePath: good }),
      job('labelMerge', { casePath: good, files: [bad] }),
      { door: 'request' as const, name: 'recording.inspect', input: { path: bad } },
      { door: 'request' as const, name: 'folder.list', input: { folder } },
      job('exportMlflow', { casePath: good, trackingUri: 'https://127.0.0.1', experiment: 'a', ca: bad }),
      job('push', { casePath: good, ca: bad }),
      signIn(bad),
    ])
      expect(await guarded.call(call), JSON.stringify(call)).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(heard).toEqual([]);
    const inside = job('run', { recordings: [at('given', 'deep', 'a.csv')], casePath: good });
    expect(await guarded.call(inside)).toMatchObject({ ok: true });
    await guarded.call(job('score', { model: 'models:/fraud@champion', recordings: [good], output: good }));
    await guarded.call(job('run', { recordings: ['kafka://127.0.0.1:9092/payments'], casePath: good }));
    // No certificate of one's own is no path.
    await guarded.call(signIn(''));
    await guarded.call(signIn(at('given', 'authority.pem')));
    expect(heard).toHaveLength(5);
    // A listing begins where something was given, and leads no further up.
    const listed = await guarded.call({ door: 'request', name: 'folder.list', input: {} });
    expect(heard.at(-1)).toMatchObject({ input: { folder: at('given') } });
    expect(listed).toMatchObject({ data: { parent: null } });
  });

  it('are found in every field of the contract that names one', () => {
    const unseen = Object.entries({ ...jobs, ...requests }).flatMap(([name, { input }]) =>
      textFields(input).flatMap(([field, schema]) =>
        pathLike.test(field) && pathsIn(schema, '/x').length === 0 ? [`${name}.${field}`] : [],
      ),
    );
    // A folder to list is looked at by itself, and Kubeflow's are paths of a cluster.
    // The output of an imported model is a name in its graph.
    const others = /^folder\.list|^exportKubeflow\.recordings$|^importModel\.output$/u;
    expect(unseen.filter((field) => !others.test(field))).toEqual([]);
  });
});

const pathLike = /path$|^ca$|^cert|^output$|^folder$|^recordings?$|^template$|^files?$|^seal$/iu;

/** Every text in an object, at any depth, by the name of its field. */
function textFields(schema: z.core.$ZodType, name = ''): readonly (readonly [string, z.core.$ZodType])[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'object') return Object.entries(def.shape).flatMap(([field, each]) => textFields(each, field));
  if (def.type === 'array') return textFields(def.element, name);
  if (def.type === 'union') return def.options.flatMap((option) => textFields(option, name));
  if (def.type === 'optional' || def.type === 'nullable' || def.type === 'default' || def.type === 'prefault')
    return textFields(def.innerType, name);
  return def.type === 'string' ? [[name, schema]] : [];
}
