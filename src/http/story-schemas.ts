/** What the routes of the story answer, as docs/openapi.json shows it. Loose, as all answers. */
import { z } from 'zod';

const at = z.string().describe('ISO 8601 UTC, by the clock of the daemon');
const seq = z.number().int().describe('number of a record of the journal');
const ms = z.number().describe('ms');
const recorded = { seq, at };
const generation = z.looseObject({ counter: z.number().int(), hash: z.string() });
const text = z.string();

const spent = z.looseObject({
  wallMs: ms,
  workMs: ms,
  ownMs: ms,
  looksMs: ms,
  pausesMs: ms,
  heldMs: ms,
  unknownMs: ms,
  overheadMs: ms.describe('ownMs, looksMs and pausesMs together, over the minimum of workMs'),
});
const cause = z.looseObject({ ...recorded, kind: z.enum(['edit', 'drift']), says: text });
const summary = z.looseObject({
  pool: text,
  first: seq,
  last: seq,
  state: z.enum(['step-runs', 'not-at-rest', 'at-rest', 'given-up', 'superseded']),
  cut: z.boolean().describe('its beginning is no longer kept'),
  cause,
  begunAt: at,
  endedAt: at.nullable(),
  spent,
  headline: text,
  actual: z.looseObject({
    durationSeconds: z.number().nullable(),
    outageSeconds: z.number().nullable(),
    lossMinutes: z.number().nullable(),
    lossBecause: text,
  }),
});

const left = z.array(text).describe('files of the journal that were not read, and why');

export const transitionsSchema = z.strictObject({
  transitions: z.array(summary),
  next: z.number().int().nullable().describe('cursor of the next page; null: this was the last'),
  left,
});

export const generationChangeSchema = z.looseObject({
  ...recorded,
  generation,
  origin: text,
  primaryDatacenter: text,
  changes: z
    .array(z.looseObject({ path: text, before: text.nullable(), after: text.nullable() }))
    .nullable()
    .describe('null: the document of one of the two is not kept'),
});

const step = z.looseObject({
  action: text,
  target: text,
  begun: z.looseObject(recorded),
  ended: z.looseObject(recorded).nullable(),
  result: text.nullable(),
  durationMs: ms.nullable(),
  externalMs: ms.nullable(),
});

export const storySchema = z.strictObject({
  transition: summary
    .extend({
      steps: z.array(step),
      generations: z.array(generationChangeSchema),
      evidence: z.array(z.looseObject({ ...recorded, site: text, verdict: text })),
      decisions: z.array(z.looseObject({ ...recorded, decision: text, by: text })),
      marks: z.array(z.looseObject({ ...recorded, kind: text, says: text })),
    })
    .nullable()
    .describe('null: no step was ever begun'),
  markdown: text.nullable().describe('the same as a report'),
  left,
});

export const pastSchema = z.strictObject({
  moment: z
    .looseObject({
      record: z.looseObject({ ...recorded, kind: text, says: text }),
      cut: z.boolean().describe('what its daemon had judged is older than the records that were read'),
      around: z.array(z.looseObject({ ...recorded, says: text })),
      earlier: seq.nullable(),
      later: seq.nullable(),
      conditions: z.array(z.looseObject({ ...recorded, type: text, status: text, reason: text })),
      running: z.array(z.looseObject({ ...recorded, action: text, target: text })),
      decisions: z.array(z.looseObject({ ...recorded, decision: text, by: text })),
      notKept: z.array(text),
    })
    .nullable()
    .describe('null: nothing was written about the pool yet'),
  left,
});

export const generationsSchema = z.strictObject({
  generations: z.array(generationChangeSchema),
  next: z.number().int().nullable().describe('cursor of the next page; null: this was the last'),
  left,
});
