#!/usr/bin/env node
/** pchat: checks the runtime, finds the command, turns an error into a message and an exit code. Commands load what they need. */
import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { keepSecretsOutOfReports } from '../daemon/host/crash-reports.ts';
import { PoolError, toPoolError } from '../topology/pool-error.ts';
import { EXIT, EXIT_MEANINGS, exitCodeOf } from './exit-codes.ts';
import { register as registerAdopt } from './command-adopt.ts';
import { register as registerApply } from './command-apply.ts';
import { register as registerCompletion } from './command-completion.ts';
import { register as registerDecide } from './command-decide.ts';
import { register as registerDoctor } from './command-doctor.ts';
import { register as registerGrants } from './command-grants.ts';
import { register as registerEvidence } from './command-evidence.ts';
import { register as registerFollow } from './command-follow.ts';
import { register as registerHistory } from './command-history.ts';
import { register as registerObserve } from './command-observe.ts';
import { register as registerPlan } from './command-plan.ts';
import { register as registerRecord } from './command-record.ts';
import { register as registerReplay } from './command-replay.ts';
import { register as registerRun } from './command-run.ts';
import { register as registerRunbook } from './command-runbook.ts';
import { register as registerStatus } from './command-status.ts';
import { register as registerStop } from './command-stop.ts';
import { register as registerSupportBundle } from './command-support-bundle.ts';
import { register as registerToken } from './command-token.ts';
import { register as registerValidate } from './command-validate.ts';
import { register as registerWhatIf } from './command-what-if.ts';
import { packageVersion } from './package-version.ts';

const OLDEST_NODE = 24;
/** Loaded only when they are asked for: they bring the simulated estate with them. */
const ESTATE_COMMANDS = ['demo', 'start', 'estate', 'simulate'] as const;
/** Commands that tell about every command. */
const WANTS_ALL: ReadonlySet<string> = new Set(['help', 'completion']);

function requireRuntime(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE)
    throw new PoolError(
      'PCO_UNSUPPORTED_RUNTIME',
      `Node.js ${process.versions.node} is older than ${OLDEST_NODE}`,
      { hint: `install Node.js ${OLDEST_NODE} or newer, and see that \`node --version\` tells it` },
    );
}

async function registerEstateCommands(program: Command, asked: string | undefined): Promise<void> {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  for (const name of ESTATE_COMMANDS) {
    const file = new URL(`./command-${name}.${extension}`, import.meta.url);
    if (!existsSync(file)) continue;
    if (asked !== name && !WANTS_ALL.has(asked ?? 'help') && asked?.startsWith('-') !== true) continue;
    const module = (await import(file.href)) as { register(program: Command): void };
    module.register(program);
  }
}

async function main(args: readonly string[]): Promise<void> {
  requireRuntime();
  keepSecretsOutOfReports();
  const program = new Command('pchat')
    .description('keeps Persistent Chat pools in the state that a YAML file declares')
    .version(packageVersion())
    .showHelpAfterError()
    .exitOverride()
    .addHelpText(
      'after',
      `\nExit codes:\n${EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padEnd(3)} ${meaning}`).join('\n')}`,
    );
  for (const register of [
    registerValidate,
    registerObserve,
    registerPlan,
    registerWhatIf,
    registerRun,
    registerStatus,
    registerEvidence,
    registerHistory,
    registerDecide,
    registerStop,
    registerApply,
    registerRecord,
    registerReplay,
    registerAdopt,
    registerGrants,
    registerDoctor,
    registerRunbook,
    registerFollow,
    registerSupportBundle,
    registerToken,
    registerCompletion,
  ])
    register(program);
  await registerEstateCommands(program, args[0]);
  for (const command of program.commands) command.exitOverride().showHelpAfterError();
  await program.parseAsync(args, { from: 'user' });
}

function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const { code, message, hint, stack } = toPoolError(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, hint: hint ?? null } })}\n`);
  process.stderr.write(`pchat: ${code}: ${message}\n${hint === undefined ? '' : `  ${hint}\n`}`);
  if (code === 'PCO_INTERNAL') process.stderr.write(`${stack ?? ''}\n`);
  return exitCodeOf(code);
}

const args = process.argv.slice(2);
const json = args.some(
  (arg, index) =>
    arg === '--output=json' || ((arg === '--output' || arg === '-o') && args[index + 1] === 'json'),
);
try {
  await main(args);
} catch (error) {
  process.exitCode = report(error, json);
}
