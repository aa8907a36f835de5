import { expect, it } from 'vitest';
import type { Profile } from '../../domain/profile.ts';
import type { SimulationWorld } from '../../domain/simulation.ts';
import { themes } from '../../domain/window-feature.ts';
import { inferProfile } from '../../features/infer-profile.ts';
import { sampleFromBatches } from '../../features/profile-sample.ts';
import { batchOfRecording } from '../../features/recordings.test-support.ts';
import { proposeThemes } from '../../features/windows/propose-themes.ts';
import { renderHeader, renderRecord } from './render-transaction.ts';
import { simulatedStream } from './worlds.ts';

async function profileOfWorld(world: SimulationWorld, missingLabels: number): Promise<Profile> {
  const choice = { customers: 150, terminals: 120, days: 30, start: '2026-03-02', seed: 11, world, missingLabels };
  const { columns, records } = simulatedStream(choice, 'csv');
  const lines = [...records].map((record, index) => renderRecord(record, columns, index, 'csv'));
  const text = [renderHeader('csv', columns), ...lines].join('');
  return inferProfile(await sampleFromBatches([batchOfRecording(text, 20_000)]), {});
}

// A device beside a receiver was read as the till, so that the receiver gave no theme; what is known later would give the label away.
it.each<[SimulationWorld, Readonly<Record<string, string>>]>([
  ['cards', { customer_id: 'customer', card_id: 'card', terminal_id: 'terminal', amount: 'amount', is_fraud: 'label' }],
  [
    'transfers',
    {
      ...{ transfer_id: 'id', event_time: 'event_time', sender_id: 'customer', receiver_id: 'merchant' },
      ...{ amount: 'amount', currency: 'currency', transfer_type: 'feature', device_id: 'feature', country: 'feature' },
      ...{ balance_before: 'feature', is_fraud: 'label', fraud_scenario: 'ignored', fraud_known_at: 'ignored' },
    },
  ],
  [
    'merchants',
    {
      ...{ transaction_id: 'id', event_time: 'event_time', card_id: 'card', merchant_id: 'merchant' },
      ...{ merchant_category: 'feature', country: 'feature', transaction_type: 'feature', amount: 'amount' },
      ...{ currency: 'currency', is_fraud: 'label', fraud_scenario: 'ignored', fraud_known_at: 'ignored' },
    },
  ],
])(
  'reads the world of %s rightly without being told, labels missing or not, and proposes every theme',
  async (world, roles) => {
    for (const missingLabels of [0, 0.5]) {
      const profile = await profileOfWorld(world, missingLabels);
      expect(Object.fromEntries(profile.columns.map(({ name, role }) => [name, role]))).toMatchObject(roles);
      const { windows, missing } = proposeThemes(profile);
      expect(missing).toEqual([]);
      expect(new Set(windows.features.map(({ theme }) => theme))).toEqual(new Set(themes));
      const looksAt = windows.features.flatMap((feature) => ('of' in feature ? [`${feature.kind} ${feature.of}`] : []));
      if (world === 'transfers')
        expect(looksAt).toEqual(
          expect.arrayContaining(['novelty receiver_id', 'novelty device_id', 'rarity transfer_type']),
        );
    }
  },
);
