/**
 * Install-CsMirrorDatabase as it goes: drop the leftover copy, full and log backup to the file share, both restored on the
 * mirror, SET PARTNER on the mirror first, then on the principal, then the witness. Its log backup is not in the shipping
 * folder: log shipping gets a gap from it.
 */
import type { CmdletOutcome } from '../estate-contract.ts';
import { endpointAddress } from '../instance/create-instance.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import { databaseOf } from '../instance/open-database.ts';
import { closeInternalSession } from '../instance/sessions.ts';
import { deploymentFailure } from '../management-shell/cmdlet-failures.ts';
import type { MirrorInstallation, MirrorPhase, RunningCmdlet } from '../management-shell/running-cmdlet.ts';
import type { Command } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { runShellCommand, shellReaches } from './cmdlet-doors.ts';
import type { World } from './world.ts';

const NAME = 'Install-CsMirrorDatabase';
const LOOK_AGAIN_MS = 500;

const NEXT: Readonly<Record<MirrorPhase, MirrorPhase>> = {
  'drop-copy': 'backup-database',
  'backup-database': 'backup-log',
  'backup-log': 'restore-database',
  'restore-database': 'restore-log',
  'restore-log': 'partner-on-mirror',
  'partner-on-mirror': 'partner-on-principal',
  'partner-on-principal': 'await-synchronized',
  'await-synchronized': 'witness',
  witness: 'finished',
  finished: 'finished',
};

/** Where a phase runs; undefined: it runs nothing. */
function commandOf(
  install: MirrorInstallation,
  side: Sides,
  id: string,
): { on: InstanceDraft; command: Command } | undefined {
  const { database, fileShare } = install;
  const full = `${fileShare}\\${database}_${id}.bak`;
  const log = `${fileShare}\\${database}_${id}.trn`;
  const partner = (on: InstanceDraft, address: string): { on: InstanceDraft; command: Command } => ({
    on,
    command: { kind: 'alter-database', database, change: { kind: 'partner', option: 'ADDRESS', address } },
  });
  const restore = (what: 'database' | 'log', device: string): { on: InstanceDraft; command: Command } => ({
    on: side.mirror,
    command: { kind: 'restore', what, database, devices: [device], options: { NORECOVERY: true }, moves: [] },
  });
  const backup = (what: 'database' | 'log', device: string): { on: InstanceDraft; command: Command } => ({
    on: side.principal,
    command: { kind: 'backup', what, database, devices: [device], options: { INIT: true, FORMAT: true } },
  });
  switch (install.phase) {
    case 'drop-copy':
      return databaseOf(side.mirror, database) === undefined
        ? undefined
        : { on: side.mirror, command: { kind: 'drop-database', database } };
    case 'backup-database':
      return backup('database', full);
    case 'backup-log':
      return backup('log', log);
    case 'restore-database':
      return restore('database', full);
    case 'restore-log':
      return restore('log', log);
    case 'partner-on-mirror':
      return partner(side.mirror, endpointAddress(side.principal) ?? '');
    case 'partner-on-principal':
      return partner(side.principal, endpointAddress(side.mirror) ?? '');
    case 'witness':
      return install.witnessAddress === undefined
        ? undefined
        : {
            on: side.principal,
            command: {
              kind: 'alter-database',
              database,
              change: { kind: 'witness', address: install.witnessAddress },
            },
          };
    case 'await-synchronized':
    case 'finished':
      return undefined;
  }
}

interface Sides {
  readonly principal: InstanceDraft;
  readonly mirror: InstanceDraft;
}

/** undefined: it goes on. */
export function advanceInstallation(world: World, running: RunningCmdlet): CmdletOutcome | undefined {
  const { install } = running;
  if (install === undefined || install.operation !== '' || running.dueAtMs > world.nowMs) return undefined;
  for (;;) {
    const step = stepPhase(world, running, install);
    if (step === 'waits') return undefined;
    if (step !== 'next') return step;
  }
}

function stepPhase(
  world: World,
  running: RunningCmdlet,
  install: MirrorInstallation,
): CmdletOutcome | 'next' | 'waits' {
  const principal = shellReaches(world, install.principal);
  const mirror = shellReaches(world, install.mirror);
  if (principal === undefined)
    return deploymentFailure(NAME, `Cannot connect to SQL Server "${install.principal}".`);
  if (mirror === undefined)
    return deploymentFailure(NAME, `Cannot connect to SQL Server "${install.mirror}".`);
  if (install.phase === 'finished') return finishDatabase(world, running, install) ?? 'next';
  if (install.phase === 'await-synchronized') return awaitSynchronized(world, running, install, principal);
  const work = commandOf(install, { principal, mirror }, running.id);
  if (work === undefined) {
    install.phase = NEXT[install.phase];
    return 'next';
  }
  const { sessionId, outcome } = runShellCommand(world, work.on, `cmdlet:${running.id}`, work.command);
  if (outcome.kind === 'pending') {
    install.operation = outcome.operation;
    install.sessionId = sessionId;
    return 'waits';
  }
  closeInternalSession(work.on, sessionId);
  return takeOutcome(install, outcome) ?? 'next';
}

function awaitSynchronized(
  world: World,
  running: RunningCmdlet,
  install: MirrorInstallation,
  principal: InstanceDraft,
): CmdletOutcome | 'next' | 'waits' {
  if (databaseOf(principal, install.database)?.mirroring?.state === 'SYNCHRONIZED') {
    install.phase = NEXT[install.phase];
    return 'next';
  }
  if (world.nowMs > install.giveUpAtMs)
    return deploymentFailure(NAME, 'The mirror did not become synchronized.');
  running.dueAtMs = world.nowMs + LOOK_AGAIN_MS;
  return 'waits';
}

function takeOutcome(install: MirrorInstallation, outcome: CommandOutcome): CmdletOutcome | undefined {
  if (outcome.kind === 'failure')
    return deploymentFailure(NAME, outcome.errors.map(({ message }) => message).join(' '));
  install.phase = NEXT[install.phase];
  return undefined;
}

function finishDatabase(
  world: World,
  running: RunningCmdlet,
  install: MirrorInstallation,
): CmdletOutcome | undefined {
  for (const suffix of ['bak', 'trn'])
    world.emitFile({
      operation: 'delete',
      path: `${install.fileShare}\\${install.database}_${running.id}.${suffix}`,
    });
  world.count(`${NAME}:${install.database}`);
  const [database, ...queue] = install.queue;
  if (database === undefined) return { ok: true, objects: [], warnings: [] };
  Object.assign(install, { database, queue, phase: 'drop-copy' } satisfies Partial<MirrorInstallation>);
  return undefined;
}

/** A BACKUP, RESTORE or ALTER of the installation is over. */
export function installationOperationFinished(
  world: World,
  running: RunningCmdlet,
  instanceName: string,
  outcome: CommandOutcome,
): CmdletOutcome | undefined {
  const { install } = running;
  const instance = world.instance(instanceName);
  if (install === undefined) return undefined;
  if (instance !== undefined) closeInternalSession(instance, install.sessionId);
  install.operation = '';
  install.sessionId = 0;
  running.dueAtMs = world.nowMs;
  return takeOutcome(install, outcome);
}
