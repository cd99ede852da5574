/** Every right of the table: with it the statement is not denied, without it the estate gives the number that SQL Server gives. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SqlAnswer, SqlStatement } from '../../src/ports/sql-connection.ts';
import { isDenied, missingRight } from '../../src/rights/denied.ts';
import { nameOf, type RequiredRight } from '../../src/rights/required-rights.ts';
import { OPEN_STATEMENTS, RIGHT_TABLE, type SqlVersion } from '../../src/rights/right-table.ts';
import {
  giveRights,
  LEAST_LOGIN,
  leastRights,
  runStatement,
  runText,
  topologyOf,
} from '../../src/simulation/administrator.ts';
import { freshWorld, SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import * as backups from '../../src/statements/change-backup-restore.ts';
import * as access from '../../src/statements/change-database.ts';
import * as jobs from '../../src/statements/change-jobs.ts';
import * as shipping from '../../src/statements/change-log-shipping.ts';
import * as mirroring from '../../src/statements/change-mirroring.ts';
import { readRights } from '../../src/statements/grant-rights.ts';
import { observeCheckup } from '../../src/statements/observe-checkup.ts';
import { observeInstance } from '../../src/statements/observe-instance.ts';
import { listFolder } from '../../src/statements/list-folder.ts';
import { readHeader } from '../../src/statements/read-header.ts';
import { setTrustworthy } from '../../src/statements/server-objects.ts';
import { readNewestMessage } from '../../src/statements/read-message.ts';

const HOME = 'sql-par-1.contoso.com';
const BACKUP = 'sql-lyo-1.contoso.com';
const WITNESS = 'sql-par-w.contoso.com';
const VERSIONS: readonly SqlVersion[] = ['2012', '2016', '2022'];

/** Texts that people run under their own logins. */
const BY_PEOPLE = ['grant-rights.ts', 'guard-batch.ts', 'wait-batch.ts'];

const snapshots = new Map<SqlVersion, WorldSnapshot>();
function worldOf(version: SqlVersion): SimulatedWorld {
  const known = snapshots.get(version) ?? freshWorld({ sqlVersion: version });
  snapshots.set(version, known);
  return new SimulatedWorld(known);
}

const observing = (databases: readonly string[]): SqlStatement =>
  observeInstance({ databases, chatDatabases: databases, program: 'pchat-operator' });
const jobId = (world: SimulatedWorld): string =>
  String(
    runText(world, HOME, 'SELECT j.job_id FROM msdb.dbo.sysjobs AS j').resultSets[0]?.rows[0]?.['job_id'],
  );
const SHARE = String.raw`\\fs01\mgc-logs`;
const file = `${SHARE}\\x.trn`;

/** One statement of each row, on an instance where nothing but the right stands in its way. */
const PROBES: Readonly<
  Record<string, { readonly on: string; readonly statement: (world: SimulatedWorld) => SqlStatement }>
> = {
  'server-state': { on: WITNESS, statement: () => observing([]) },
  services: { on: WITNESS, statement: () => observing([]) },
  'witness-rows': { on: WITNESS, statement: () => observing([]) },
  endpoints: { on: HOME, statement: () => observeCheckup },
  'server-logins': { on: HOME, statement: () => observing(['mgc']) },
  'backup-headers': { on: HOME, statement: (world) => readHeader(file, versionOf(world)) },
  'job-tables': { on: HOME, statement: () => shipping.readPrimaryHalf('mgc') },
  'chat-databases': { on: HOME, statement: () => readNewestMessage('mgc') },
  'chat-content': { on: HOME, statement: () => readNewestMessage('mgc') },
  'mirror-rows': { on: 'sql-par-2.contoso.com', statement: () => observing(['mgc']) },
  'log-shipping': { on: BACKUP, statement: () => shipping.deleteSecondary('mgc') },
  'foreign-jobs': { on: HOME, statement: (world) => jobs.setJobEnabled(jobId(world), false) },
  restore: { on: BACKUP, statement: () => backups.recoverDatabase('mgc') },
  backup: { on: HOME, statement: () => backups.backupLog('mgc', file) },
  'alter-database': { on: HOME, statement: () => access.restrictAccess('mgc') },
  mirroring: { on: HOME, statement: () => mirroring.setPartnerOff('mgc') },
  'closed-folders': { on: HOME, statement: (world) => listFolder(SHARE, versionOf(world)) },
  'server-objects': { on: HOME, statement: () => setTrustworthy('mgc', true) },
  kill: { on: HOME, statement: () => access.killSession(60) },
};
const versionOf = (world: SimulatedWorld): string => world.state.instances[HOME]?.productVersion ?? '';
const numbersOf = (answer: SqlAnswer): readonly number[] => answer.errors.map(({ number }) => number);

/** The least rights of the account that only looks, on every instance, but those that give one right. */
function without(world: SimulatedWorld, version: SqlVersion, name: string): readonly RequiredRight[] {
  return leastRights(world, { purpose: 'observe', version }).filter((right) => right.name !== name);
}

const rows = VERSIONS.flatMap((version) =>
  RIGHT_TABLE.flatMap((row) => {
    const right = row.right(version);
    return right === undefined ? [] : [[row.id, nameOf(right), version, row] as const];
  }),
);

describe('on the estate', () => {
  test.each(rows)('the statement of %s needs %s in %s', (id, name, version, row) => {
    const probe = PROBES[id];
    if (probe === undefined) throw new Error(`no probe for ${id}`);
    const lacking = worldOf(version);
    giveRights(lacking, without(lacking, version, name));
    const denied = runStatement(lacking, probe.on, probe.statement(lacking), LEAST_LOGIN);
    const granted = worldOf(version);
    giveRights(granted, leastRights(granted, { purpose: row.purpose, version }));
    const allowed = runStatement(granted, probe.on, probe.statement(granted), LEAST_LOGIN);

    expect(isDenied(allowed.errors)).toBe(false);
    if (row.refused.length > 0) expect(row.refused).toContain(numbersOf(denied)[0]);
    else {
      expect(denied.errors).toEqual([]);
      expect(denied.resultSets).not.toEqual(allowed.resultSets);
    }
  });

  test.each(RIGHT_TABLE.filter(({ refused }) => refused.some((number) => number !== 5011)))(
    'a refusal of $id names the right that is missing',
    ({ statements, refused, right }) => {
      const [statement = ''] = statements;
      const errors = refused.map((number) => ({ number, class: 14, state: 1, message: '' }));
      const wanted = right('2016');
      expect(isDenied(errors)).toBe(true);
      expect(missingRight('sql-1', statement, errors)).toContain(
        wanted === undefined ? 'db_datareader' : nameOf(wanted),
      );
    },
  );
});

describe('the checks of the rights', () => {
  test.each(VERSIONS)('say 1 for each right that was given, in %s', (version) => {
    for (const purpose of ['observe', 'act'] as const) {
      const world = worldOf(version);
      const rights = leastRights(world, { purpose, version });
      giveRights(world, rights);
      expect(checkAll(world, rights)).toEqual([]);
    }
  });

  test.each(
    VERSIONS.flatMap((version) =>
      (['observe', 'act'] as const).flatMap((purpose) =>
        leastRights(worldOf(version), { purpose, version })
          // One store and one witness stand for all; the chat database is open on this store.
          .filter(({ instance }) => instance === HOME || instance === WITNESS)
          .map((right) => [right.name, right.instance, purpose, version] as const),
      ),
    ),
  )('name %s on %s when just that is missing for %s in %s', (name, instance, purpose, version) => {
    const world = worldOf(version);
    const rights = leastRights(world, { purpose, version });
    giveRights(
      world,
      rights.filter((right) => right.name !== name || right.instance !== instance),
    );
    expect(checkAll(world, rights)).toEqual([`${name} on ${instance}`]);
  });
});

/** Rights whose check does not say 1. NULL: the database is not open here, so there is nothing to see in it either. */
function checkAll(world: SimulatedWorld, rights: readonly RequiredRight[]): readonly string[] {
  return rights
    .filter((right) => {
      const answer = runStatement(world, right.instance, readRights(right.checks), LEAST_LOGIN);
      const values = Object.values(answer.resultSets[0]?.rows[0] ?? {});
      const open = world.state.instances[right.instance]?.databases['mgc']?.state === 'ONLINE';
      return values.some((value) => value === 0 || (value === null && open));
    })
    .map(({ name, instance }) => `${name} on ${instance}`);
}

describe('the table', () => {
  test('has every statement of the product', () => {
    const folder = path.join(import.meta.dirname, '../../src/statements');
    const texts = readdirSync(folder).map(
      (name) => [name, readFileSync(path.join(folder, name), 'utf8')] as const,
    );
    const named = texts
      .filter(([name]) => !BY_PEOPLE.includes(name))
      .flatMap(([, text]) => [...text.matchAll(/(?:name:|\b(?:batch|rpc|call)\()\s*'([a-z]+(?:-[a-z]+)+)'/g)])
      .map((found) => found[1] ?? '');
    const known = new Set([...RIGHT_TABLE.flatMap(({ statements }) => statements), ...OPEN_STATEMENTS]);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test('gives no right on a witness that changes anything', () => {
    const world = worldOf('2016');
    const rights = leastRights(world, { purpose: 'act', version: '2016' });
    const witnesses = [topologyOf(world).sites.home, topologyOf(world).sites.backup].map(
      ({ chat }) => chat.witness,
    );
    const onWitnesses = rights.filter(({ instance }) => witnesses.includes(instance)).map(({ name }) => name);
    expect([...new Set(onWitnesses)]).toEqual(['VIEW SERVER STATE', 'VIEW ANY DEFINITION']);
  });
});
