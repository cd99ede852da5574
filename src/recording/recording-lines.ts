/**
 * The lines of a recording, and back: a header, then the desired state of each pool where it changes, and its rounds. The zod
 * schemas are the only definition. Says file and line of whatever is damaged; only what stands behind the last newline may be.
 */
import { z } from 'zod';
import { restoreDesiredPool } from '../desired-state/parse-desired-state.ts';
import type { Decision } from '../ports/journal.ts';
import { PoolError } from '../topology/pool-error.ts';
import { poolFactsSchema, type PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { judgementSchema, type Judgement } from './judgement.ts';

const instant = z.iso.datetime().describe('ISO 8601 UTC');
const generation = z.strictObject({ counter: z.number().int(), hash: z.string() });
const site = z.enum(['home', 'backup']);

const person = { pool: z.string(), by: z.string(), reason: z.string(), expiresAt: instant.nullable() };
/** What else a journal keeps with a decision is left out. */
const decisionSchema = z.discriminatedUnion('decision', [
  z.object({
    ...person,
    decision: z.literal('approve'),
    generation,
    steps: z.array(z.string()),
    lossMinutes: z.number().nullable(),
    lostFiles: z.number().optional(),
  }),
  z.object({ ...person, decision: z.literal('attest-down'), site, instance: z.string().optional() }),
  z.object({ ...person, decision: z.literal('accept-loss'), generation, lossMinutes: z.number().nullable() }),
  z.object({ ...person, decision: z.literal('keep'), generation, site }),
  z.object({ ...person, decision: z.literal('cancel'), generation }),
  z.object({ ...person, decision: z.literal('suspend') }),
  z.object({ ...person, decision: z.literal('resume') }),
]) satisfies z.ZodType<Decision>;

const headerSchema = z.strictObject({
  kind: z.literal('recording'),
  /** Of these lines; a reader refuses any other. */
  version: z.literal(1),
  /** Version of the program that wrote it, and of the facts in it. */
  product: z.string(),
  facts: z.literal(1),
  pseudonymised: z.boolean(),
  at: instant,
});
const desiredSchema = z.strictObject({
  kind: z.literal('desired'),
  pool: z.string(),
  generation,
  /** The pool as the desired state says it. */
  declared: z.unknown(),
  breakGlass: z
    .strictObject({
      state: z.enum(['in-force', 'expired', 'gives-way', 'source-returned']),
      by: z.string(),
      reason: z.string(),
      file: z.string(),
      expiresAt: instant,
    })
    .nullable(),
});
const roundSchema = z.strictObject({
  kind: z.literal('round'),
  pool: z.string(),
  /** By the clock of who recorded: now, for everything that was decided. */
  at: instant,
  decisions: z.array(decisionSchema),
  facts: poolFactsSchema,
  decided: judgementSchema,
});
const lineSchema = z.discriminatedUnion('kind', [desiredSchema, roundSchema]);

export type RecordingHeader = z.infer<typeof headerSchema>;
export type DesiredLine = z.infer<typeof desiredSchema>;
export type RoundLine = Omit<z.infer<typeof roundSchema>, 'decisions'> & {
  readonly decisions: readonly Decision[];
};

export const bareDecisions = (decisions: readonly Decision[]): readonly Decision[] =>
  z.array(decisionSchema).parse(decisions);

export const recordingLine = (line: RecordingHeader | DesiredLine | RoundLine): string =>
  `${JSON.stringify(line)}\n`;

export interface RecordedRound {
  /** Of the file, from 1. */
  readonly line: number;
  readonly pool: DesiredPool;
  readonly at: string;
  readonly decisions: readonly Decision[];
  readonly facts: PoolFacts;
  readonly decided: Judgement;
}

export interface Recording {
  readonly header: RecordingHeader;
  readonly rounds: readonly RecordedRound[];
  /** Bytes of a last line that was never finished. */
  readonly tornBytes: number;
}

const NEWLINE = 0x0a;

const damaged = (file: string, line: number, why: string, cause?: unknown): PoolError =>
  new PoolError('PCO_USAGE', `${file}:${String(line)}: ${why}`, {
    cause,
    hint: 'a recording is a file that pchat record wrote, as it wrote it',
  });

/** Throws PCO_USAGE naming file and line. */
export function readRecording(bytes: Uint8Array, file: string): Recording {
  const goodBytes = bytes.lastIndexOf(NEWLINE) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, goodBytes)).split('\n').slice(0, -1);
  const header = parsed(headerSchema, lines[0] ?? '', file, 1);
  const pools = new Map<string, DesiredPool>();
  const rounds: RecordedRound[] = [];
  for (const [index, text] of lines.entries()) {
    const number = index + 1;
    if (number === 1) continue;
    const line = parsed(lineSchema, text, file, number);
    if (line.kind === 'desired') pools.set(line.pool, restored(line, file, number));
    else rounds.push(roundOf(line, pools.get(line.pool), file, number));
  }
  return { header, rounds, tornBytes: bytes.length - goodBytes };
}

function parsed<T>(schema: z.ZodType<T>, text: string, file: string, line: number): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(file, line, text === '' ? 'this is empty' : 'this is no JSON', error);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  throw damaged(file, line, `${place === '' ? '' : `${place}: `}${issue?.message ?? 'not valid'}`);
}

/** By the rules of today, undefined when they refuse it; the generation stays the recorded one, because people's decisions name it. */
export function restoredPool({ generation, declared, breakGlass }: DesiredLine): DesiredPool | undefined {
  const pool = restoreDesiredPool({ generation, origin: 'recording', revision: null, declared });
  if (pool === undefined) return undefined;
  return { ...pool, generation, ...(breakGlass === null ? {} : { breakGlass }) };
}

function restored(line: DesiredLine, file: string, number: number): DesiredPool {
  const pool = restoredPool(line);
  if (pool === undefined)
    throw damaged(file, number, 'this desired state is not valid by the rules of this version');
  return pool;
}

function roundOf(
  { at, decisions, facts, decided }: z.infer<typeof roundSchema>,
  pool: DesiredPool | undefined,
  file: string,
  line: number,
): RecordedRound {
  if (pool === undefined)
    throw damaged(file, line, 'no line before this one says what was desired of the pool');
  if (facts.pool !== pool.topology.name)
    throw damaged(file, line, `these are facts of ${facts.pool}, not of ${pool.topology.name}`);
  return { line, pool, at, decisions, facts, decided };
}
