/** pchat follow: watches a person work through a plan and ticks the steps by what is observed. Changes nothing. */
import { InvalidArgumentError, type Command } from 'commander';
import { durationMs } from '../desired-state/duration-text.ts';
import { stepKey } from '../reconciler/step-id.ts';
import { followPlan, type Followed, type Tick } from '../runbook/follow-plan.ts';
import { loadSettings, withSettings, type SettingsOptions } from './command-options.ts';
import { Interruption } from './estate-story/interruption.ts';
import { EXIT } from './exit-codes.ts';
import { textTable } from './text-table.ts';

interface Options extends SettingsOptions {
  readonly desired?: string;
  readonly pool?: string;
  readonly every?: number;
}

const MARKS: Readonly<Record<Tick, string>> = { done: '[x]', passed: '[-]', next: '==>', open: '[ ]' };

export function register(program: Command): void {
  withSettings(program.command('follow'))
    .description(
      'watches a person work through the plan and ticks its steps; ends when nothing is left; Ctrl-C ends it',
    )
    .option('-d, --desired <path>', 'desired-state file or directory instead of the source in the settings')
    .option('-p, --pool <name>', 'this pool')
    .option('--every <duration>', 'pause between two rounds; default: pollInterval of the settings', duration)
    .action(follow);
}

function duration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new InvalidArgumentError('a duration such as 30s, 15m or 4h');
  return ms;
}

async function follow(options: Options): Promise<void> {
  const settings = await loadSettings(options);
  const { watchPool } = await import('./watch-pool.ts');
  using interruption = new Interruption();
  const everyMs = options.every ?? settings.schedule.pollInterval;
  const watch = { pool: options.pool, desired: options.desired, everyMs, signal: interruption.signal };
  let followed: Followed | undefined;
  let shown = '';
  process.exitCode = EXIT.changes;
  try {
    for await (const { pool, facts, decision } of watchPool(settings, watch)) {
      followed = followPlan(pool, decision, followed);
      const now = JSON.stringify(followedJson(pool.topology.name, followed));
      if (now !== shown) tell(options, facts.observedAt, followed, now);
      shown = now;
      if (followed.plan !== 'converged') continue;
      process.exitCode = EXIT.ok;
      return;
    }
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
  }
}

const followedJson = (pool: string, { steps, next, plan, warnings }: Followed): Record<string, unknown> => ({
  pool,
  plan,
  steps: steps.map(({ step, tick }) => ({ action: step.action, target: step.target, tick })),
  next: next === undefined ? null : { action: next.action, target: next.target },
  warnings,
});

function tell({ output }: SettingsOptions, observedAt: string, followed: Followed, json: string): void {
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify({ observedAt, ...(JSON.parse(json) as object) })}\n`);
    return;
  }
  const { steps, next, plan, warnings } = followed;
  const rows = steps.map(({ step, tick }, index) => [
    MARKS[tick],
    String(index + 1),
    stepKey(step),
    step.risk,
  ]);
  const left =
    plan === 'converged'
      ? 'nothing is left to do'
      : next === undefined
        ? `the plan is ${plan}`
        : `next: ${stepKey(next)}`;
  const table = rows.length === 0 ? [] : [textTable(['', '#', 'step', 'risk'], rows)];
  process.stdout.write(
    [observedAt, ...table, ...warnings.map((text) => `WARNING: ${text}`), left, ''].join('\n'),
  );
}
