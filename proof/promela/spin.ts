/** Runs spin on the model: generates the verifier, compiles it, searches every state, and reads a trail back as a story. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MODEL = path.join(import.meta.dirname, 'two-writers.pml');
const SPIN = '/usr/bin/spin';
const GCC = '/usr/bin/gcc';
/** More than any path through the model; reaching it would cut the search. */
const DEPTH = 200_000;
const LIMIT_MS = 60_000;

export const spinIsMissing = !existsSync(SPIN) || !existsSync(GCC);
/** Missing parts are skipped by name on a person's machine; in CI they are a failure. */
export const spinIsAbsent = spinIsMissing && process.env['CI'] !== 'true';

export type Policy = 'proven' | 'silent';

/** Each of these, taken away, lets two writers be. */
export const GUARDS = [
  'NO_FENCE_BEFORE_RECOVER',
  'UNKNOWN_COUNTS_AS_DOWN',
  'NO_EPOCH',
  'EPOCH_ONLY_WHERE_CHANGED',
  'ATTESTATION_OUTLIVES_SIGN_OF_LIFE',
  'RETURNED_COPY_NOT_FENCED',
] as const;
export type Guard = (typeof GUARDS)[number];

export interface Verdict {
  readonly errors: number;
  readonly states: number;
  /** Every state was visited. */
  readonly whole: boolean;
  /** Statements that no state reaches; empty: nothing of the model is idle. */
  readonly unreached: readonly string[];
  /** The shortest way to the error, line by line; empty: there is none. */
  readonly story: readonly string[];
}

interface Search {
  readonly defines: readonly string[];
  /** Breadth first: slower, and a trail is as short as can be. */
  readonly shortest: boolean;
}

const countIn = (text: string, pattern: RegExp): number => {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`the verifier says nothing like ${pattern.source}: ${text}`);
  return Number(found);
};

/** The end of a process that never ends, and printing, are no part of what is proved. */
const unreachedIn = (text: string): readonly string[] =>
  [...text.matchAll(/^\t\S+:(\d+), state \d+, "(.*)"$/gm)]
    .map(([, line = '', statement = '']) => `line ${line}: ${statement}`)
    .filter((line) => !/: (-end-|printf)/.test(line));

async function search({ defines, shortest }: Search, folder: string): Promise<Verdict> {
  const flags = defines.map((name) => `-D${name}`);
  const options = { cwd: folder, timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 };
  await run(SPIN, ['-a', ...flags, MODEL], options);
  const search = shortest ? ['-DBFS'] : [];
  await run(GCC, ['-O0', '-w', '-DSAFETY', ...search, '-o', 'pan', 'pan.c'], options);
  const { stdout } = await run(path.join(folder, 'pan'), ['-E', `-m${DEPTH}`], options);
  const errors = countIn(stdout, /errors: (\d+)/);
  const trail = path.join(folder, `${path.basename(MODEL)}.trail`);
  const told = existsSync(trail)
    ? (await run(SPIN, ['-T', '-t', ...flags, '-k', trail, MODEL], options)).stdout
    : '';
  return {
    errors,
    states: countIn(stdout, /(\d+) states, stored/),
    whole: !/Search not completed|max search depth too small/.test(stdout),
    unreached: unreachedIn(stdout),
    story: [...told.matchAll(/STORY (.*)$/gm)].map(([, line = '']) => line.trim()),
  };
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pchat-spin-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const definesOf = (policy: Policy): readonly string[] => (policy === 'silent' ? ['POLICY_SILENT'] : []);

/** The model as it is. */
export const checkIntact = (policy: Policy): Promise<Verdict> =>
  inFolder((folder) => search({ defines: definesOf(policy), shortest: false }, folder));

/** One takeover is enough for each of them, and keeps the breadth-first search short. */
export const checkWithout = (guard: Guard): Promise<Verdict> =>
  inFolder((folder) => search({ defines: [guard, 'LAST_EPOCH=2'], shortest: true }, folder));

export const modelText = (): Promise<string> => readFile(MODEL, 'utf8');
