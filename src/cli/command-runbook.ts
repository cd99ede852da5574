/** pchat runbook: the plan as T-SQL and cmdlets for people, for the day on which no daemon runs. Changes nothing but files of --out. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { decidePool, type PoolDecision } from '../reconciler/decide-pool.ts';
import { makeRunbook } from '../runbook/make-runbook.ts';
import { renderRunbook } from '../runbook/render-runbook.ts';
import { chaptersOf, filesOf, type Chapter } from '../runbook/runbook-files.ts';
import { PoolError } from '../topology/pool-error.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { loadSettings, print, withSettings, type SettingsOptions } from './command-options.ts';
import { Interruption } from './estate-story/interruption.ts';
import { EXIT } from './exit-codes.ts';
import { renderEvidence } from './render-evidence.ts';
import { headline, obstacleTexts, renderLedger, stepsOf } from './render-plan.ts';

interface Options extends SettingsOptions {
  readonly desired?: string;
  readonly facts?: string;
  readonly pool?: string;
  readonly out?: string;
}

const BOOK = 'runbook.md';

export function register(program: Command): void {
  withSettings(program.command('runbook'))
    .description('the plan as numbered T-SQL and cmdlets for people; exit code 2: there is something to do')
    .option('-d, --desired <path>', 'desired-state file or directory instead of the source in the settings')
    .option('-f, --facts <file>', 'write it offline from these facts (pchat observe --output json)')
    .option('-p, --pool <name>', 'of this pool')
    .option(
      '--out <directory>',
      'runbook.md, .sql and .ps1 files there; must be empty or absent. Left out: Markdown on stdout',
    )
    .action(runbook);
}

interface Decided {
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
  readonly decision: PoolDecision;
}

async function decided(options: Options): Promise<Decided> {
  if (options.facts !== undefined) {
    const { offlinePool } = await import('./offline-facts.ts');
    const { pool, facts } = await offlinePool({ ...options, facts: options.facts });
    // The facts' own clock, as pchat plan.
    return { pool, facts, decision: decidePool(pool, facts, [], Date.parse(facts.observedAt)) };
  }
  const settings = await loadSettings(options);
  const { settledRound } = await import('./watch-pool.ts');
  using interruption = new Interruption();
  const watch = { pool: options.pool, desired: options.desired, everyMs: settings.schedule.pollInterval };
  return await settledRound(settings, { ...watch, signal: interruption.signal }, () => {
    process.stderr.write('the plan is blocked; looking again for as long as policy.silentAfter asks\n');
  });
}

function bookOf({ pool, facts, decision }: Decided): {
  readonly text: string;
  readonly chapters: readonly Chapter[];
} {
  const { plan, ledger, reduction } = decision;
  const { home, backup } = pool.topology.sites;
  const book = makeRunbook(pool, facts, stepsOf(plan));
  const chapters = chaptersOf(book);
  const text = renderRunbook(book, chapters, {
    headline: headline(plan),
    loss: renderLedger(ledger),
    evidence: renderEvidence(reduction.evidence, { home: home.datacenter, backup: backup.datacenter }),
    obstacles: plan.kind === 'blocked' ? obstacleTexts(plan.obstacles).join('\n') : '',
  });
  return { text, chapters };
}

function write(directory: string, text: string, chapters: readonly Chapter[]): readonly string[] {
  if (existsSync(directory) && readdirSync(directory).length > 0)
    throw new PoolError('PCO_USAGE', `${directory} is not empty`, {
      hint: 'an old runbook must not be mixed with a new one',
    });
  mkdirSync(directory, { recursive: true });
  const files = [{ name: BOOK, text }, ...filesOf(chapters)];
  for (const file of files) writeFileSync(path.join(directory, file.name), file.text);
  return files.map(({ name }) => name);
}

function chapterJson({ number, step, turns }: Chapter): Record<string, unknown> {
  const { action, target, risk, reason } = step.step;
  const { needs, done, prediction } = step;
  const order = turns.map((turn) =>
    turn.kind === 'stop'
      ? { stop: turn.text }
      : { file: turn.file.name, place: turn.file.place, text: turn.file.text },
  );
  return { number, action, target, risk, reason, needs, done, prediction, turns: order };
}

async function runbook(options: Options): Promise<void> {
  const found = await decided(options);
  const { text, chapters } = bookOf(found);
  if (found.decision.plan.kind !== 'converged') process.exitCode = EXIT.changes;
  const pool = found.pool.topology.name;
  const steps = chapters.map(chapterJson);
  if (options.out === undefined) {
    print(options, { pool, plan: found.decision.plan.kind, steps }, () => text.trimEnd());
    return;
  }
  const files = write(options.out, text, chapters);
  print(options, { pool, plan: found.decision.plan.kind, directory: options.out, files }, () =>
    [`${options.out ?? ''}: ${String(files.length)} files`, ...files.map((name) => `  ${name}`)].join('\n'),
  );
}
