/** pchat estate: the simulated estate alone in the foreground, and what another terminal does to one that runs. */
import type { Command } from 'commander';
import { hostClock } from '../daemon/host/host-clock.ts';
import { FAULT_GRAMMAR } from '../simulator/estate/fault-grammar.ts';
import type { EstateAccount } from '../simulator/estate/checker.ts';
import { print } from './command-options.ts';
import { Interruption } from './estate-story/interruption.ts';
import { describePlayground, estateGuide } from './estate-story/play-guide.ts';
import {
  openFor,
  withDirectory,
  withPlayground,
  type DirectoryOptions,
  type PlaygroundCommandOptions,
} from './estate-story/playground-options.ts';
import { askRunningEstate } from './estate-story/running-estate.ts';
import { EXIT } from './exit-codes.ts';
import { renderAccount, renderEstate, type EstateGlance } from './render-estate.ts';

export function register(program: Command): void {
  const estate = program.command('estate').description('the simulated estate');
  withPlayground(estate.command('run'))
    .description('the estate alone in the foreground, until Ctrl-C')
    .action(run);
  withDirectory(estate.command('fault'))
    .description('break or repair something in the running estate')
    .argument('<command>', 'one line, for example "down site home"; help prints them all')
    .action(fault);
  withDirectory(estate.command('status')).description('the running estate in one glance').action(status);
  withDirectory(estate.command('post'))
    .description(
      'let a chat client of the running estate post a message; ends with 1 when it is not acknowledged',
    )
    .argument('<client>')
    .argument('<text>')
    .action(post);
  withDirectory(estate.command('checker'))
    .description('for every acknowledged message, whether the copy that serves has it')
    .action(checker);
}

async function run(options: PlaygroundCommandOptions): Promise<void> {
  using interruption = new Interruption();
  const playground = await openFor(options);
  try {
    print(options, describePlayground(playground), () => `${estateGuide(playground)}\nCtrl-C ends it.`);
    await interruption.arrived();
  } finally {
    await playground.stop();
  }
}

async function fault(command: string, options: DirectoryOptions): Promise<void> {
  if (command === 'help') {
    print(options, { faults: FAULT_GRAMMAR.split('\n') }, () => FAULT_GRAMMAR);
    return;
  }
  await askRunningEstate(options.directory, { kind: 'fault', command }, hostClock);
  print(options, { fault: command, done: true }, () => `done: ${command}`);
}

async function status(options: DirectoryOptions): Promise<void> {
  const glance = await askRunningEstate(options.directory, { kind: 'status' }, hostClock);
  print(options, glance, () => renderEstate(glance as EstateGlance));
}

async function post(client: string, text: string, options: DirectoryOptions): Promise<void> {
  const answer = await askRunningEstate(options.directory, { kind: 'post', client, text }, hostClock);
  const { acknowledged, message } = answer as { readonly acknowledged: boolean; readonly message: string };
  print(options, answer, () => `${acknowledged ? 'acknowledged' : 'not acknowledged'}: ${message}`);
  if (!acknowledged) process.exitCode = EXIT.failed;
}

async function checker(options: DirectoryOptions): Promise<void> {
  const account = await askRunningEstate(options.directory, { kind: 'checker' }, hostClock);
  print(options, account, () => renderAccount(account as EstateAccount));
}
