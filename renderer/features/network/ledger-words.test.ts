import { expect, it } from 'vitest';
import type { NetworkAttempt } from '../../../engine/domain/network-attempt.ts';
import { ledgerWords } from './ledger-words.ts';

const attempt = (over: Partial<NetworkAttempt>): NetworkAttempt => ({
  purpose: 'Kafka',
  address: '127.0.0.1:9092',
  kind: 'opened',
  leavesMachine: false,
  times: 1,
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
