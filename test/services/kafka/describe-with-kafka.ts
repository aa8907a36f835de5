import { describe } from 'vitest';
import { missingForKafka } from './java.ts';

/** A suite that is skipped, by name, where Java or Maven is missing; under CI it fails instead. */
export const describeWithKafka = describe.skipIf(missingForKafka !== null && process.env['CI'] !== 'true');
