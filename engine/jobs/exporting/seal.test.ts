import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import type { Bench } from '../../case/small-recording.test-support.ts';
import { openSeal } from '../../export/sealing/case-seal.ts';
import { differencesFromSignature } from '../../export/sealing/model-signature.ts';
import { DecisionLog } from '../../store/decision-log.ts';
import { keepEvidence, sealEvidence } from '../../store/evidence.ts';
import { connect } from '../../store/sqlite.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

describe('a seal of a case', () => {
  it('needs a key, which is made once, for its owner alone', async () => {
    await expect(bench.done('seal', { casePath: bench.casePath })).rejects.toThrow('MISSING_DEPENDENCY');
    const { keys, made } = await bench.done('makeSealingKey', {});
    expect(made).toBe(true);
    expect(await bench.done('makeSealingKey', {})).toEqual({ keys, made: false });
    for (const { publicKeyPath } of keys) {
      const path = publicKeyPath.replace(/\.pub$/u, '.key');
      expect(createPrivateKey(readFileSync(path)).type).toBe('private');
      if (process.getuid !== undefined) expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  it('holds for the case that was sealed and what was done since, and for nothing that was changed with its digests renewed', async () => {
    const sealed = await bench.done('seal', { casePath: bench.casePath, by: 'Ana' });
    await bench.ask('case.open', { path: bench.casePath });
    const { rows } = await bench.ask('alerts.page', { modelId: 1, limit: 1 });
    await bench.ask('verdicts.set', { modelId: 1, keys: [rows[0].key], kind: 'fraud' });
    await bench.ask('case.close', {});
    expect(await bench.done('verifySeal', { casePath: bench.casePath })).toMatchObject({
      isSigned: true,
      sealed: { by: 'Ana', rows: sealed.rows, history: sealed.history },
      differences: [],
      entriesSince: 1,
    });

    const path = join(bench.folder, 'changed.assay');
    const changedBy = async (sql: string): Promise<string> => {
      copyFileSync(bench.casePath, path);
      const connection = connect(path, {});
      connection.pragma('foreign_keys = OFF');
      // As a forger with Assay's sources would: every digest of the case agrees with what it holds.
      keepEvidence(connection);
      connection.exec(sql);
      sealEvidence(connection, new DecisionLog(connection, path, null).stateDigest());
      connection.close();
      const { differences, isSigned } = await bench.done('verifySeal', { casePath: path, seal: sealed.output });
      expect(isSigned).toBe(true);
      return differences.join(' ');
    };
    expect(await changedBy(`UPDATE model SET threshold = replace(threshold, '"', ' "')`)).toContain(
      'Not as it was sealed: a model or its threshold (1).',
    );
    expect(await changedBy(`UPDATE score_segment SET sums = zeroblob(length(sums))`)).toContain(
      'Not as it was sealed: the scores of transactions 1 to 4,000.',
    );
    expect(await changedBy(`DELETE FROM setting`)).toMatch(/What was sealed as setting\/.* is gone/u);
    expect(await changedBy(`UPDATE audit SET done_by = 'Ben'`)).toContain('The history is broken');
    expect(await changedBy(`DELETE FROM audit WHERE id >= ${sealed.history.entry}`)).toContain(
      'does not hold the entry',
    );
  });

  it('is signed by one key, and no byte of it can be another', async () => {
    const { output } = await bench.done('seal', { casePath: bench.casePath, force: true });
    const text = readFileSync(output, 'utf8');
    const { keys } = await bench.done('makeSealingKey', {});
    const own = createPublicKey(readFileSync(keys[0].publicKeyPath));
    expect(openSeal(text, own)).not.toBeNull();
    expect(openSeal(text, generateKeyPairSync('ed25519').publicKey)).toBeNull();
    const { payload, signatures } = JSON.parse(text) as { payload: string; signatures: [{ sig: string }] };
    fc.assert(
      fc.property(fc.boolean(), fc.nat(), fc.integer({ min: 1, max: 255 }), (inPayload, place, change) => {
        const bytes = Buffer.from(inPayload ? payload : signatures[0].sig, 'base64');
        bytes[place % bytes.byteLength] ^= change;
        const other = bytes.toString('base64');
        return (
          openSeal(
            text.replace(inPayload ? payload : signatures[0].sig, () => other),
            own,
          ) === null
        );
      }),
      { numRuns: 200 },
    );
    expect(await bench.done('verifySeal', { casePath: bench.casePath, key: keys[1].publicKeyPath })).toMatchObject({
      isSigned: false,
      differences: [expect.stringContaining('no seal of this key')],
    });
  });
});

describe('a signature of a model', () => {
  it('names each file of the folder that is another, that came and that is gone', async () => {
    const folder = join(bench.folder, 'model');
    mkdirSync(join(folder, 'data'), { recursive: true });
    for (const name of ['MLmodel', 'data/a', 'data/b']) writeFileSync(join(folder, name), name);
    const signed = await bench.done('signModel', { folder });
    expect(signed.files).toBe(3);
    expect(await bench.done('verifyModel', { folder })).toMatchObject({ isSigned: true, differences: [] });
    writeFileSync(join(folder, 'data/a'), 'other');
    writeFileSync(join(folder, 'data/c'), 'new');
    rmSync(join(folder, 'data/b'));
    const { differences } = await bench.done('verifyModel', { folder });
    expect([...differences].sort()).toEqual([
      'data/a is not what was signed.',
      'data/b is gone.',
      'data/c came after signing.',
    ]);

    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(differencesFromSignature(readFileSync(signed.output, 'utf8'), [], publicKey)).toBeNull();
  });

  it('has the form of OpenSSF model-signing: what `model_signing verify key` reads', async () => {
    const bundle = JSON.parse(readFileSync(join(bench.folder, 'model', 'model.sig'), 'utf8')) as {
      readonly dsseEnvelope: { readonly payload: string };
    };
    expect(bundle).toMatchObject({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        publicKey: { hint: expect.stringMatching(/^[0-9a-f]{64}$/u) as string },
        tlogEntries: [],
      },
      dsseEnvelope: { payloadType: 'application/vnd.in-toto+json', signatures: [{ keyid: '' }] },
    });
    expect(JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString())).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'model' }],
      predicateType: 'https://model_signing/signature/v1.0',
      predicate: {
        serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: ['model.sig'] },
        resources: [{ name: 'MLmodel', algorithm: 'sha256' }, { name: 'data/a' }, { name: 'data/b' }],
      },
    });
  });
});
