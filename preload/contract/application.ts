import { z } from 'zod';
import type { NetworkAttempt } from '../../engine/domain/network-attempt.ts';
import { type Settings, settingsSchema } from '../../engine/domain/settings.ts';
import type { CaseOverview } from './cases.ts';
import { nothing, path, request } from './parts.ts';

/* The program itself: its settings, the folders of this machine, and whether all is in order. */

export const applicationJobs = {
  doctor: {
    input: z.object({
      casePath: path.optional(),
      compact: z.boolean().default(false),
      rescore: z.boolean().default(false).describe('with a case: make features, forests and scores anew, and compare'),
      against: path.optional().describe('with a case: an export, report, seal or hand-over whose head it must hold'),
    }),
    result: z.object({
      /** Null where it was not asked for. */
      compaction: z
        .object({
          segmentsBefore: z.number().int(),
          segmentsAfter: z.number().int(),
          bytesBefore: z.number().int(),
          bytesAfter: z.number().int(),
          /** Null where nothing was to be merged. */
          backup: path.nullable(),
        })
        .nullable(),
      checks: z.array(
        z.object({
          name: z.string(),
          state: z.enum(['good', 'missing', 'bad']),
          detail: z.string(),
          nextStep: z.string().optional(),
        }),
      ),
    }),
  },
} as const;

export const applicationRequests = {
  'app.read': request<{
    readonly version: string;
    readonly host: 'electron' | 'browser' | 'command-line';
    readonly openCase: CaseOverview | null;
    readonly settings: Settings;
    readonly dataFolder: string;
    /** The case made from the bundled recording, where it is ready. */
    readonly firstCasePath: string | null;
    readonly bundledRecording: string;
  }>()(nothing),
  /** Every address that was opened, served or refused since the engine began, the newest first; none is the usual answer. */
  'network.read': request<{ readonly sinceMs: number; readonly attempts: readonly NetworkAttempt[] }>()(nothing),
  'settings.write': request<Settings>()(settingsSchema.partial()),
  /** For hosts without a native dialog: one folder of this machine. */
  'folder.list': request<{
    readonly folder: string;
    readonly parent: string | null;
    readonly entries: readonly {
      readonly name: string;
      readonly path: string;
      readonly isFolder: boolean;
      readonly sizeBytes: number;
    }[];
  }>()(
    // What was remembered may be gone: then the nearest folder above it that can be read.
    z.object({ folder: z.string().optional(), isRemembered: z.boolean().default(false) }),
  ),
} as const;
