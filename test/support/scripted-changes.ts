/** What changing statements do to the scripted world: recognised by their text, as SQL Server would. */
import type { SqlAnswer, SqlStatement } from '../../src/ports/sql-connection.ts';
import { header, refused, rows, type Db, type Instance, type World } from './scripted-world.ts';

const LATER = 1000;
const beyond = (lsn: string): string => String(Number(lsn) + LATER);
const done = rows([{ rc: 0 }]);

function requireDb(instance: Instance): Db {
  if (instance.db === undefined) throw new Error(`${instance.serverName} has no database`);
  return instance.db;
}

function restoreLog(world: World, db: Db, path: string): SqlAnswer {
  const file = world.fileAt(path);
  if (file === undefined) return refused(3201, 3013);
  if (db.state !== 'RESTORING') return refused(3117, 3013);
  const { firstLsn, lastLsn, firstForkGuid, lastForkGuid } = file.header;
  if (firstForkGuid !== db.redoFork) return refused(4330, 3013);
  if (Number(lastLsn) <= Number(db.redoLsn)) return refused(4326, 3013);
  if (Number(firstLsn) > Number(db.redoLsn)) return refused(4305, 3013);
  db.redoLsn = lastLsn;
  db.redoFork = lastForkGuid;
  db.restored = { type: 'L', lastLsn, fork: lastForkGuid };
  return rows();
}

function restoreDatabase(world: World, instance: Instance, path: string, recovery: boolean): SqlAnswer {
  const file = world.fileAt(path);
  if (file === undefined) return refused(3201, 3013);
  if (instance.db?.role != null) return refused(3104, 3013);
  if ((instance.db?.sessions.length ?? 0) > 0) return refused(3101, 3013);
  const { lastLsn, lastForkGuid, familyGuid } = file.header;
  instance.db = {
    state: recovery ? 'ONLINE' : 'RESTORING',
    access: 'RESTRICTED_USER',
    role: null,
    family: familyGuid,
    redoLsn: recovery ? null : lastLsn,
    redoFork: recovery ? null : lastForkGuid,
    nextLogLsn: recovery ? lastLsn : null,
    fork: recovery ? world.id('FORK') : null,
    restored: { type: 'D', lastLsn, fork: lastForkGuid },
    sessions: [],
  };
  return rows();
}

function recover(world: World, db: Db): SqlAnswer {
  if (db.state === 'ONLINE') return refused(3153, 3013);
  db.state = 'ONLINE';
  db.nextLogLsn = db.redoLsn;
  db.fork = world.id('FORK');
  return rows();
}

function backup(world: World, instance: Instance, text: string, path: string): SqlAnswer {
  const db = requireDb(instance);
  if (db.state !== 'ONLINE') return refused(927, 3013);
  const log = text.includes('BACKUP LOG');
  const tail = text.includes('WITH NORECOVERY');
  if (tail && db.role !== null) return refused(1468, 3013);
  if (tail && db.sessions.length > 0) return refused(3101, 3013);
  const firstLsn = db.nextLogLsn ?? '0';
  const lastLsn = beyond(firstLsn);
  const fork = db.fork ?? 'FORK';
  const forks = { familyGuid: db.family, firstForkGuid: fork, lastForkGuid: fork };
  const lsns = { firstLsn, lastLsn, tail, type: log ? ('log' as const) : ('full' as const) };
  world.write(path, { sizeBytes: 500, header: header({ ...forks, ...lsns }) });
  if (log) db.nextLogLsn = lastLsn;
  else if (!text.includes('COPY_ONLY')) instance.fulls.push({ path, lastLsn });
  if (tail) Object.assign(db, { state: 'RESTORING', redoLsn: lastLsn, redoFork: fork });
  return rows();
}

function alter(instance: Instance, text: string): SqlAnswer {
  const db = requireDb(instance);
  if (text.includes('RESTRICTED_USER')) {
    db.access = 'RESTRICTED_USER';
    db.sessions = db.sessions.filter(({ host }) => host === 'sysadmin');
  }
  if (text.includes('MULTI_USER')) db.access = 'MULTI_USER';
  if (text.includes('SET OFFLINE')) db.state = 'OFFLINE';
  if (text.includes('SET ONLINE')) db.state = 'ONLINE';
  if (text.includes('PARTNER OFF')) db.role = null;
  if (text.includes('PARTNER =')) db.role = db.state === 'ONLINE' ? 'PRINCIPAL' : 'MIRROR';
  return rows();
}

function procedure(world: World, instance: Instance, statement: SqlStatement): SqlAnswer {
  const value = (name: string): string => String(statement.parameters[name]?.value);
  const job = instance.jobs.get(value('job'));
  const { text } = statement;
  const add = (name: string, role: 'backup' | 'copy' | 'restore'): string => {
    const id = world.id('JOB');
    instance.jobs.set(id, { name, role, enabled: false, running: false, schedules: 0, outcome: 0 });
    return id;
  };
  if (text.includes('sp_update_job') && job !== undefined) job.enabled = value('enabled') === '1';
  if (text.includes('sp_stop_job') && job !== undefined) job.running = false;
  if (text.includes('sp_attach_schedule') && job !== undefined) job.schedules += 1;
  if (text.includes('sp_start_job') && job !== undefined) {
    job.outcome += 1;
    runJob(world, instance, job.role);
  }
  if (text.includes('sp_delete_log_shipping_secondary_database')) {
    if (instance.secondary === undefined) return refused(32014);
    instance.jobs.delete(instance.secondary.copyJob);
    instance.jobs.delete(instance.secondary.restoreJob);
    instance.secondary = undefined;
  }
  if (text.includes('sp_delete_log_shipping_primary_secondary') && instance.primary !== undefined)
    instance.primary.secondaries = instance.primary.secondaries.filter((one) => one !== value('server'));
  if (text.includes('sp_delete_log_shipping_primary_database')) {
    if (instance.primary === undefined) return refused(32010);
    if (instance.primary.secondaries.length > 0) return refused(32011);
    instance.jobs.delete(instance.primary.jobId);
    instance.primary = undefined;
  }
  if (text.includes('sp_add_log_shipping_primary_database')) {
    instance.primary = { share: value('share'), jobId: add(value('job_name'), 'backup'), secondaries: [] };
  }
  if (text.includes('sp_add_log_shipping_primary_secondary'))
    instance.primary?.secondaries.push(value('server'));
  if (text.includes('sp_add_log_shipping_secondary_primary')) {
    const jobs = {
      copyJob: add(value('copy_name'), 'copy'),
      restoreJob: add(value('restore_name'), 'restore'),
    };
    const folders = { source: value('share'), destination: value('folder') };
    instance.secondary = { primaryServer: value('server'), ...folders, ...jobs };
  }
  return done;
}

function runJob(world: World, instance: Instance, role: 'backup' | 'copy' | 'restore'): void {
  if (role === 'backup' && instance.primary !== undefined) {
    backup(world, instance, 'BACKUP LOG', `${instance.primary.share}\\${world.id('mgc')}.trn`);
  }
  const half = instance.secondary;
  if (half === undefined) return;
  if (role === 'copy') {
    for (const [name, file] of world.folder(half.source)) {
      if (name.endsWith('.trn')) world.folder(half.destination).set(name, file);
    }
  }
  const { db } = instance;
  if (role === 'restore' && db !== undefined) {
    for (const name of world.folder(half.destination).keys())
      restoreLog(world, db, `${half.destination}\\${name}`);
  }
}

const pathIn = (text: string): string => /DISK = N'([^']*)'/.exec(text)?.[1] ?? '';

export function answerChange(world: World, instance: Instance, statement: SqlStatement): SqlAnswer {
  const { text } = statement;
  const at = instance.refusals.findIndex((one) => text.includes(one.text));
  if (at >= 0) return refused(...(instance.refusals.splice(at, 1)[0]?.numbers ?? []));
  if (text.includes('EXEC')) return procedure(world, instance, statement);
  if (text.includes('RESTORE LOG')) return restoreLog(world, requireDb(instance), pathIn(text));
  if (text.includes('FROM DISK')) {
    return restoreDatabase(world, instance, pathIn(text), !text.includes('NORECOVERY'));
  }
  if (text.startsWith('RESTORE DATABASE')) return recover(world, requireDb(instance));
  for (const [, id] of text.matchAll(/KILL (\d+)/g)) {
    const db = requireDb(instance);
    db.sessions = db.sessions.filter((session) => session.id !== Number(id));
  }
  const altered = text.includes('ALTER DATABASE') ? alter(instance, text) : rows();
  return text.includes('BACKUP') ? backup(world, instance, text, pathIn(text)) : altered;
}
