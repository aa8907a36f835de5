import { X509Certificate } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOpensslSkipped, openssl, TimeStampAuthority } from '../../../test/services/time-stamp-authority.ts';
import { benchOfFile } from '../../case/bench-of-file.test-support.ts';
import type { Bench } from '../../case/small-recording.test-support.ts';
import { stampedDigest, timeStampsOf } from '../../export/sealing/case-seal.ts';
import { checkedTimeStamp, RefusedTimeStamp, timeStampRequest } from '../../export/sealing/time-stamp.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

describe.skipIf(isOpensslSkipped)('a time-stamp by a real authority (openssl ts)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-stamps-'));
  let authority: TimeStampAuthority;
  beforeAll(async () => {
    authority = new TimeStampAuthority(folder, 'Clockhouse');
    await authority.start();
  });
  afterAll(async () => {
    await authority.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const order = (): { timeStampServer: string; timeStampAuthority: string } => ({
    timeStampServer: authority.address,
    timeStampAuthority: authority.rootPath,
  });
  const freshCase = (name: string): string => {
    const path = join(bench.folder, `${name}.assay`);
    copyFileSync(bench.casePath, path);
    return path;
  };

  it('is asked for with the digest of the signature alone, kept in the seal, and accepted by openssl and without a server', async () => {
    await bench.ask('case.close', {});
    await bench.done('makeSealingKey', {});
    const casePath = freshCase('stamped');
    const before = Date.now();
    const sealed = await bench.done('seal', { casePath, ...order() });
    expect(sealed.timeStamp).toMatchObject({
      state: 'received',
      authority: 'O=Clockhouse, CN=Time-stamps',
      seal: sealed.output,
    });
    expect(Math.abs((sealed.timeStamp?.atMs ?? 0) - before)).toBeLessThan(600_000);
    const seal = readFileSync(sealed.output, 'utf8');
    const digest = Buffer.from(stampedDigest(seal) ?? []);
    const [request] = authority.requests;
    expect(request.includes(digest)).toBe(true);
    expect(request.byteLength).toBeLessThan(80);

    const [response] = timeStampsOf(seal);
    const kept = join(folder, 'kept.tsr');
    writeFileSync(kept, response);
    const words = ['ts', '-verify', '-digest', digest.toString('hex'), '-in', kept, '-CAfile', authority.rootPath];
    expect(openssl(folder, ...words)).toContain('Verification: OK');

    await authority.stop();
    const { timeStampAuthority } = order();
    expect(await bench.done('verifySeal', { casePath, timeStampAuthority })).toMatchObject({
      isSigned: true,
      differences: [],
      timeStamps: [{ atMs: sealed.timeStamp?.atMs, authority: 'O=Clockhouse, CN=Time-stamps', isTrusted: true }],
    });
    expect(await bench.done('verifySeal', { casePath })).toMatchObject({
      differences: [],
      timeStamps: [{ isTrusted: false }],
    });
    await authority.start();
  });

  it('waits in the case while its server is away, is fetched by a push, and lies in the case where the seal was moved', async () => {
    const casePath = freshCase('offline');
    await authority.stop();
    const output = join(folder, 'offline.seal.json');
    const sealed = await bench.done('seal', { casePath, output, ...order() });
    expect(sealed.timeStamp).toMatchObject({
      state: 'waiting',
      atMs: null,
      reason: expect.stringContaining('cannot be reached') as string,
    });
    const { timeStampAuthority } = order();
    expect(await bench.done('verifySeal', { casePath, seal: output, timeStampAuthority })).toMatchObject({
      isSigned: true,
      differences: ['The seal has no time-stamp.'],
    });
    await bench.ask('case.open', { path: casePath });
    expect(await bench.ask('outbox.list', {})).toMatchObject([
      { kind: 'timeStamp', server: authority.address, state: 'waiting', attempts: 1 },
    ]);
    await bench.ask('case.close', {});
    await authority.start();
    const pushed = await bench.done('push', { casePath });
    expect(pushed.entries).toMatchObject([{ state: 'published', timeStamp: { state: 'received', seal: null } }]);
    expect(timeStampsOf(readFileSync(output, 'utf8'))).toEqual([]);
    expect(await bench.done('verifySeal', { casePath, seal: output, timeStampAuthority })).toMatchObject({
      differences: [],
      timeStamps: [{ isTrusted: true }],
    });
    expect((await bench.done('push', { casePath })).entries).toEqual([]);

    // Beside its case, the seal itself gets it.
    await authority.stop();
    const beside = await bench.done('seal', { casePath, ...order() });
    await authority.start();
    const again = await bench.done('push', { casePath });
    expect(again.entries).toMatchObject([{ timeStamp: { seal: beside.output } }]);
    expect(timeStampsOf(readFileSync(beside.output, 'utf8'))).toHaveLength(1);
  });

  it('is refused, and the seal stays, where the answer is not what was asked for', async () => {
    const casePath = freshCase('refused');
    const refusals = async (alter: (answer: Buffer) => Buffer, whose = authority): Promise<string> => {
      whose.alter = alter;
      const asked = { timeStampServer: whose.address, timeStampAuthority: authority.rootPath };
      const words = await bench.done('seal', { casePath, force: true, ...asked }).then(
        () => 'taken',
        (error: unknown) => String(error),
      );
      whose.alter = (answer) => answer;
      expect(existsSync(join(bench.folder, 'refused.seal.json'))).toBe(true);
      return words;
    };
    const digest = Buffer.alloc(32, 7);
    const other = authority.reply(timeStampRequest(digest, 12345n));
    expect(await refusals(() => other)).toContain('it is of something else');
    expect(
      await refusals(() => {
        const stamped = Buffer.from(stampedDigest(readFileSync(join(bench.folder, 'refused.seal.json'), 'utf8')) ?? []);
        return authority.reply(timeStampRequest(stamped, 12345n));
      }),
    ).toContain('its nonce is another');
    expect(await refusals((answer) => answer.subarray(0, -1))).toContain('it is not in DER');
    // The authority itself refuses what is no request.
    expect(await refusals(() => authority.reply(Buffer.from('3003020105', 'hex')))).toMatch(
      /the authority refused \(status 2/u,
    );

    const foreign = new TimeStampAuthority(folder, 'Elsewhere', { keyKind: 'ec' });
    await foreign.start();
    try {
      expect(await refusals((answer) => answer, foreign)).toContain('does not lead to an authority that you gave');
      const asked = { timeStampServer: foreign.address, timeStampAuthority: foreign.rootPath };
      const { timeStamp } = await bench.done('seal', { casePath, force: true, ...asked });
      expect(timeStamp).toMatchObject({ state: 'received', authority: 'O=Elsewhere, CN=Time-stamps' });
    } finally {
      await foreign.stop();
    }
  });

  it('is refused by a certificate that was over, is for other things too, or hangs on an authority by its name alone', () => {
    const digest = Buffer.alloc(32, 7);
    const answer = (): Buffer => authority.reply(timeStampRequest(digest, 5n));
    const saidOf = (response: Uint8Array, rootPath: string): string => {
      const authorities = [new X509Certificate(readFileSync(rootPath))];
      try {
        return checkedTimeStamp(response, { digest, nonce: 5n, authorities }).authority;
      } catch (error) {
        return String(error);
      }
    };
    const saidBy = (name: string, certificates: ConstructorParameters<typeof TimeStampAuthority>[2]): string => {
      const other = new TimeStampAuthority(folder, name, certificates);
      return saidOf(other.resign(answer()), other.rootPath);
    };
    expect(saidBy('Sound', {})).toBe('O=Sound, CN=Time-stamps');
    expect(saidBy('Late', { days: -1 })).toContain('was not valid then');
    expect(saidBy('Stale', { betweenDays: -1 })).toContain('does not lead to an authority');
    for (const purpose of ['critical,timeStamping,codeSigning', 'timeStamping', 'critical,codeSigning'])
      expect(saidBy('Careless', { purpose })).toContain('is not one for time-stamps alone');

    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    const impostor = new TimeStampAuthority(elsewhere, 'Clockhouse');
    expect(saidOf(impostor.resign(answer()), impostor.rootPath)).toBe('O=Clockhouse, CN=Time-stamps');
    expect(saidOf(impostor.resign(answer()), authority.rootPath)).toContain('does not lead to an authority');

    // Signed as something else, which what is not signed denies.
    const signedAsOther = impostor.resign(answer(), '1.2.840.113549.1.9.16.1.5');
    const type = Buffer.from('2a864886f70d0109100105', 'hex');
    signedAsOther[signedAsOther.indexOf(type) + type.byteLength - 1] = 4;
    expect(saidOf(signedAsOther, impostor.rootPath)).toContain('its signature is of something else');
  });

  it('has no byte that can be another', () => {
    const digest = Buffer.alloc(32, 9);
    const nonce = 77n;
    const authorities = [new X509Certificate(readFileSync(authority.rootPath))];
    const response = authority.reply(timeStampRequest(digest, nonce));
    const said = JSON.stringify(checkedTimeStamp(response, { digest, nonce, authorities }));
    fc.assert(
      fc.property(fc.nat(response.byteLength - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const bytes = Buffer.from(response);
        bytes[place] ^= change;
        try {
          // What is not signed, as the list of digests that were used, may be another: it says nothing.
          return JSON.stringify(checkedTimeStamp(bytes, { digest, nonce, authorities })) === said;
        } catch (error) {
          return error instanceof RefusedTimeStamp;
        }
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          checkedTimeStamp(bytes, { digest, nonce, authorities });
          return false;
        } catch (error) {
          return error instanceof RefusedTimeStamp;
        }
      }),
    );
  });
});
