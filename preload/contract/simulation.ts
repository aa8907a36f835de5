import { z } from 'zod';
import { simulationFormats, simulationScenarios, simulationWorlds } from '../../engine/domain/simulation.ts';
import { outputChoice, path } from './parts.ts';

/* Streams made by the generator, into a file or a topic. */

/** Everything that determines a simulated stream. */
const simulationChoice = {
  world: z.enum(simulationWorlds).default('cards'),
  customers: z.number().int().min(1).max(1_000_000).default(300),
  terminals: z.number().int().min(1).max(1_000_000).default(400),
  days: z.number().int().min(1).max(3660).default(30),
  start: z.iso.date().default('2026-03-02'),
  seed: z.number().int().min(0).max(0xffff_ffff).default(1),
  scenarios: z.array(z.enum(simulationScenarios)).min(1).optional().describe('all of the world when absent'),
  missingLabels: z.number().min(0).max(1).default(0).describe('share of transactions whose label is empty'),
};

export const simulationJobs = {
  simulate: {
    input: z.object({
      ...outputChoice,
      format: z.enum(simulationFormats).optional().describe('by the name of the output when absent'),
      ...simulationChoice,
    }),
    result: z.object({
      rows: z.number().int(),
      frauds: z.number().int(),
      world: z.enum(simulationWorlds),
      days: z.number().int(),
      seed: z.number().int(),
      format: z.enum(simulationFormats),
      sha256: z.string().describe('of the uncompressed content'),
      output: path,
    }),
  },
  feed: {
    input: z.object({
      topic: z.string(),
      perSecond: z.number().positive().optional(),
      maxMessages: z.number().int().min(1).optional(),
      format: z.enum(['ndjson', 'messages']).default('ndjson'),
      ...simulationChoice,
    }),
    result: z.object({ topic: z.string(), messages: z.number().int(), totalMs: z.number() }),
  },
} as const;
