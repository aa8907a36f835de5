import { writeFileSync } from 'node:fs';
import { randomStream } from '../../engine/forest/random.ts';

export interface SmallRecordingOptions {
  readonly rows: number;
  readonly seed?: number;
  /** Share of amounts left empty. */
  readonly missing?: number;
}

/** A payment stream as CSV: id, time, card, channel, merchant type, amount, label. About 1 % of large amounts are fraud. */
export function smallRecording({ rows, seed = 1, missing = 0 }: SmallRecordingOptions): string {
  const random = randomStream(seed, 0, 'simulation');
  const channels = ['pos', 'web', 'atm'];
  const kinds = Array.from({ length: 14 }, (_, kind) => `kind ${kind}`);
  const lines = ['payment_id,event_time,card_id,channel,merchant_category,amount,is_fraud'];
  for (let row = 0; row < rows; row++) {
    const fraud = random.nextUnit() < 0.01;
    const time = new Date(Date.UTC(2026, 0, 1) + row * 90_000 + random.nextInteger(60_000)).toISOString();
    const amount = (fraud ? 900 : 20) * (0.5 + random.nextUnit());
    const written = random.nextUnit() < missing ? '' : amount.toFixed(2);
    lines.push(
      [
        `p${row}`,
        time,
        `c${random.nextInteger(40)}`,
        channels[random.nextInteger(fraud ? 2 : 3)],
        kinds[random.nextInteger(kinds.length)],
        written,
        fraud ? 1 : 0,
      ].join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}

export function writeSmallRecording(path: string, options: SmallRecordingOptions): void {
  writeFileSync(path, smallRecording(options));
}
