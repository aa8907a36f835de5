import { expect, it } from 'vitest';
import type { NetworkAttempt } from '../../../engine/domain/network-attempt.ts';
import { ledgerWords, outcomeWords } from './ledger-words.ts';

const attempt = (over: Partial<NetworkAttempt>): NetworkAttempt => ({
  purpose: 'Kafka',
  address: '127.0.0.1:9092',
  kind: 'opened',
  leavesMachine: false,
  times: 1,
  reached: 0,
  failed: 0,
  firstMs: 0,
  lastMs: 0,
  ...over,
});

it('says that nothing left the machine only while nothing did', () => {
  expect(ledgerWords([])).toBe('Nothing left this machine');
  // The browser host's own address, and a broker beside the engine, are on this machine.
  expect(ledgerWords([attempt({ kind: 'served' }), attempt({})])).toBe('Nothing left this machine');
  expect(ledgerWords([attempt({ leavesMachine: true, address: 'mlflow.bank:443' })])).toBe(
    'Connected to 1 address beyond this machine',
  );
  // What was refused never left, and is told all the same.
  expect(ledgerWords([attempt({ kind: 'refused', leavesMachine: true })])).toBe(
    'Nothing left this machine · ▲ 1 refused',
  );
});

it('says of every attempt how it ended, and of which nobody heard', () => {
  expect(outcomeWords(attempt({ times: 2, reached: 2 }))).toBe('connected');
  expect(outcomeWords(attempt({ times: 5, reached: 1, failed: 3 }))).toBe('connected 1, ▲ failed 3, not known 1');
  expect(outcomeWords(attempt({ kind: 'served', reached: 1 }))).toBe('listens');
  expect(outcomeWords(attempt({ kind: 'refused' }))).toBe('never begun');
});
