/**
 * Sets up what a converged pool has: mgc mirrored at home with its witness, a RESTORING copy at the backup site, log shipping
 * with both home partners as primaries (sql-server reference 2.3, 2.5), mgccomp when asked. Runs real commands in the past.
 */
import type { EstateFiles, FileOperation } from '../estate-contract.ts';
import { startAgent } from '../agent/agent.ts';
import { advanceInstance, nextDueAt } from '../instance/advance.ts';
import { insertMessage } from '../instance/chat-doors.ts';
import { createDatabase, endpointAddress } from '../instance/create-instance.ts';
import { runInternalCommand } from '../instance/internal-commands.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import { databaseOf } from '../instance/open-database.ts';
import { closeInternalSession, openInternalSession } from '../instance/sessions.ts';
import type { CellValue } from '../sql-tokens.ts';
import type { Command } from '../tsql/ast.ts';
import { ticksOf } from '../chat/chat-clients.ts';
import { agentEnv, AGENT_LOGIN } from './agent-doors.ts';
import type { EstateSite } from './estate-options.ts';
import type { EstateDraft } from './estate-state.ts';
import { procedureCaller } from './msdb-modules.ts';
import { overlayFiles } from './overlay-files.ts';
import { createWorld, type World } from './world.ts';

const SEED_MESSAGES = 3;

/** Time goes on only as far as the set-up needs it. */
class SetUp {
  readonly draft: EstateDraft;
  readonly #files = overlayFiles({ list: () => [], read: () => ({ osError: 2 }) } satisfies EstateFiles);
  world: World;

  constructor(draft: EstateDraft) {
    this.draft = draft;
    this.world = createWorld(draft, draft.nowMs, this.#files);
  }

  #moveTo(nowMs: number): void {
    for (const output of this.world.outputs)
      if (output.kind === 'file') this.#files.apply(output.operation satisfies FileOperation);
    this.draft.nowMs = nowMs;
    this.world = createWorld(this.draft, nowMs, this.#files);
    for (const instance of Object.values(this.draft.instances))
      advanceInstance(instance, this.world.context(instance));
  }

  instance(name: string): InstanceDraft {
    const instance = this.draft.instances[name];
    if (instance === undefined) throw new Error(`the estate has no instance ${name}`);
    return instance;
  }

  run(name: string, command: Command): void {
    const instance = this.instance(name);
    const opened = openInternalSession(instance, this.world.context(instance), {
      owner: 'set-up',
      login: AGENT_LOGIN,
      host: 'setup',
      program: 'set-up',
      database: 'master',
    });
    if (opened.kind === 'failure') throw new Error(`set-up: ${JSON.stringify(opened.errors)}`);
    let outcome = runInternalCommand(instance, this.world.context(instance), opened.sessionId, command);
    for (let rounds = 0; outcome.kind === 'pending' && rounds < 1_000; rounds += 1) {
      const { operation } = outcome;
      this.#moveTo(nextDueAt(instance) ?? this.draft.nowMs + 1);
      const ended = this.world.events.find(
        (event) => event.kind === 'operation-finished' && event.operation === operation,
      );
      if (ended?.kind === 'operation-finished') outcome = ended.outcome;
    }
    if (outcome.kind !== 'done')
      throw new Error(`set-up: ${command.kind} on ${name}: ${JSON.stringify(outcome)}`);
    closeInternalSession(instance, opened.sessionId);
    this.#moveTo(this.draft.nowMs + 1_000);
  }

  waitUntil(reached: () => boolean): void {
    for (let rounds = 0; !reached(); rounds += 1) {
      if (rounds > 300) throw new Error('set-up: a state was not reached');
      this.#moveTo(this.draft.nowMs + 1_000);
    }
  }

  procedure(
    name: string,
    procedure: string,
    args: Readonly<Record<string, CellValue>>,
  ): Readonly<Record<string, CellValue>> {
    const outcome = procedureCaller(this.world, this.instance(name), procedure)(args);
    if (outcome.kind !== 'done')
      throw new Error(`set-up: ${procedure} on ${name}: ${JSON.stringify(outcome)}`);
    return outcome.outputs ?? {};
  }
}

function seedDatabase(setUp: SetUp, name: string, database: string): void {
  const instance = setUp.instance(name);
  createDatabase(instance, database, setUp.draft.nowMs, { dataBytes: setUp.draft.options.databaseBytes });
  const ctx = setUp.world.context(instance);
  const opened = openInternalSession(instance, ctx, {
    owner: 'set-up',
    login: AGENT_LOGIN,
    host: 'setup',
    program: 'set-up',
    database,
  });
  if (opened.kind === 'failure') throw new Error('set-up: the new database cannot be opened');
  for (let number = 0; number < SEED_MESSAGES; number += 1) {
    insertMessage(instance, ctx, opened.sessionId, {
      channelId: 'room-0',
      chatId: `welcome-${number}`,
      chatDate: ticksOf(setUp.draft.nowMs + number),
      userId: 'sip:setup@contoso.com',
      content: `welcome ${number}`,
    });
  }
  closeInternalSession(instance, opened.sessionId);
}

/** Full and log backup of `from`, restored WITH NORECOVERY on each of `to`. */
function copyTo(setUp: SetUp, database: string, from: string, to: readonly string[]): void {
  const folder = setUp.draft.options.mirroringShare;
  const full = `${folder}\\${database}_setup.bak`;
  const log = `${folder}\\${database}_setup.trn`;
  setUp.run(from, { kind: 'backup', what: 'database', database, devices: [full], options: { INIT: true } });
  setUp.run(from, { kind: 'backup', what: 'log', database, devices: [log], options: { INIT: true } });
  for (const name of to) {
    const restore = { kind: 'restore', database, options: { NORECOVERY: true }, moves: [] } as const;
    setUp.run(name, { ...restore, what: 'database', devices: [full] });
    setUp.run(name, { ...restore, what: 'log', devices: [log] });
    // Who set the copies up is who made the database.
    const { owner, ownerSid } = setUp.instance(from).databases[database.toLowerCase()] ?? {};
    Object.assign(setUp.instance(name).databases[database.toLowerCase()] ?? {}, { owner, ownerSid });
  }
}

function mirror(setUp: SetUp, database: string, site: EstateSite): void {
  const { primary, mirror: partner, witness } = setUp.draft.options.sites[site];
  if (partner === undefined) return;
  const address = (name: string): string => endpointAddress(setUp.instance(name)) ?? '';
  const set = (on: string, to: string): void =>
    setUp.run(on, {
      kind: 'alter-database',
      database,
      change: { kind: 'partner', option: 'ADDRESS', address: address(to) },
    });
  set(partner.name, primary.name);
  set(primary.name, partner.name);
  const synchronized = (): boolean =>
    databaseOf(setUp.instance(primary.name), database)?.mirroring?.state === 'SYNCHRONIZED';
  setUp.waitUntil(synchronized);
  if (witness === undefined) return;
  const change = { kind: 'witness', address: address(witness.name) } as const;
  setUp.run(primary.name, { kind: 'alter-database', database, change });
}

function schedule(setUp: SetUp, name: string, jobId: CellValue, scheduleName: string, minutes: number): void {
  const made = setUp.procedure(name, 'sp_add_schedule', {
    '@schedule_name': scheduleName,
    '@enabled': 1,
    '@freq_type': 4,
    '@freq_interval': 1,
    '@freq_subday_type': 4,
    '@freq_subday_interval': minutes,
    '@active_start_date': 20_200_101,
    '@active_end_date': 99_991_231,
    '@active_start_time': 0,
    '@active_end_time': 235_959,
  });
  setUp.procedure(name, 'sp_attach_schedule', {
    '@job_id': jobId,
    '@schedule_id': made['@schedule_id'] ?? null,
  });
  setUp.procedure(name, 'sp_update_job', { '@job_id': jobId, '@enabled': 1 });
}

/** The primary half, on one partner; the database must be ONLINE there. */
function shipFrom(setUp: SetUp, name: string, secondary: string): void {
  const { options } = setUp.draft;
  const database = options.chatDatabase;
  const made = setUp.procedure(name, 'sp_add_log_shipping_primary_database', {
    '@database': database,
    '@backup_directory': options.share,
    '@backup_share': options.share,
    '@backup_job_name': `LSBackup_${database}`,
    '@backup_retention_period': options.retentionMinutes,
    '@backup_threshold': 60,
    '@threshold_alert_enabled': 1,
    '@history_retention_period': 5_760,
  });
  schedule(setUp, name, made['@backup_job_id'] ?? null, 'LSBackupSchedule', options.backupEveryMinutes);
  setUp.procedure(name, 'sp_add_log_shipping_alert_job', {});
  setUp.procedure(name, 'sp_add_log_shipping_primary_secondary', {
    '@primary_database': database,
    '@secondary_server': secondary,
    '@secondary_database': database,
  });
}

function shipTo(setUp: SetUp, name: string, primaryServer: string): void {
  const { options } = setUp.draft;
  const database = options.chatDatabase;
  const made = setUp.procedure(name, 'sp_add_log_shipping_secondary_primary', {
    '@primary_server': primaryServer,
    '@primary_database': database,
    '@backup_source_directory': options.share,
    '@backup_destination_directory': options.copyFolder,
    '@copy_job_name': `LSCopy_${primaryServer}_${database}`,
    '@restore_job_name': `LSRestore_${primaryServer}_${database}`,
    '@file_retention_period': options.retentionMinutes,
  });
  schedule(setUp, name, made['@copy_job_id'] ?? null, 'DefaultCopyJobSchedule', options.copyEveryMinutes);
  schedule(
    setUp,
    name,
    made['@restore_job_id'] ?? null,
    'DefaultRestoreJobSchedule',
    options.restoreEveryMinutes,
  );
  setUp.procedure(name, 'sp_add_log_shipping_secondary_database', {
    '@secondary_database': database,
    '@primary_server': primaryServer,
    '@primary_database': database,
    '@restore_delay': 0,
    '@restore_mode': 0,
    '@disconnect_users': 0,
    '@restore_threshold': 45,
    '@threshold_alert_enabled': 1,
    '@history_retention_period': 5_760,
  });
}

function shipLogs(setUp: SetUp): void {
  const { home, backup } = setUp.draft.options.sites;
  const database = setUp.draft.options.chatDatabase;
  const secondary = setUp.instance(backup.primary.name).serverName;
  shipFrom(setUp, home.primary.name, secondary);
  shipTo(setUp, backup.primary.name, setUp.instance(home.primary.name).serverName);
  if (home.mirror === undefined) return;
  const failover = {
    kind: 'alter-database',
    database,
    change: { kind: 'partner', option: 'FAILOVER' },
  } as const;
  const settled = (name: string) => () => {
    const copy = databaseOf(setUp.instance(name), database);
    return (
      copy?.state === 'ONLINE' &&
      copy.mirroring?.role === 'PRINCIPAL' &&
      copy.mirroring.state === 'SYNCHRONIZED'
    );
  };
  setUp.run(home.primary.name, failover);
  setUp.waitUntil(settled(home.mirror.name));
  shipFrom(setUp, home.mirror.name, secondary);
  setUp.run(home.mirror.name, failover);
  setUp.waitUntil(settled(home.primary.name));
}

export function setUpEstate(draft: EstateDraft): void {
  const setUp = new SetUp(draft);
  const { chatDatabase, complianceDatabase, compliance, sites } = draft.options;
  for (const instance of Object.values(draft.instances)) startAgent(agentEnv(setUp.world, instance));
  const partner = sites.home.mirror === undefined ? [] : [sites.home.mirror.name];
  seedDatabase(setUp, sites.home.primary.name, chatDatabase);
  copyTo(setUp, chatDatabase, sites.home.primary.name, [...partner, sites.backup.primary.name]);
  mirror(setUp, chatDatabase, 'home');
  shipLogs(setUp);
  if (!compliance) return;
  seedDatabase(setUp, sites.home.primary.name, complianceDatabase);
  copyTo(setUp, complianceDatabase, sites.home.primary.name, partner);
  mirror(setUp, complianceDatabase, 'home');
  createDatabase(setUp.instance(sites.backup.primary.name), complianceDatabase, draft.nowMs);
}
