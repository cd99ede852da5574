/**
 * Instances that answer, and wrongly: refused logins, certificates, errors inside the observing batch, results of another form,
 * bytes that are no TDS inside TLS. What stands behind is a replay of what a real simulated instance said a moment before.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { InstanceConnectionSettings } from '../../src/connections/driver-settings.ts';
import type { ResultSet, SqlAnswer } from '../../src/ports/sql-connection.ts';
import type { SqlToken } from '../../src/simulator/sql-tokens.ts';
import type { PoolFacts } from '../../src/topology/pool-facts.ts';
import {
  end,
  error,
  failedDone,
  localhostCertificate,
  type Script,
} from '../simulator/tds/scripted-server.ts';
import { ChaosProxy, type Deed, type Moment } from './chaos-proxy.ts';
import { HostileStage, ROUND_LIMIT_MS, unknownSources, victimOf, VICTIM } from './hostile-stage.ts';
import {
  changed,
  instead,
  openTokensOf,
  renamed,
  replaying,
  tokensOf,
  valued,
  without,
  type Change,
} from './replayed-instance.ts';
import { decidedFromUnknown } from './undecided.ts';

// The cases wait for most of their time.
vi.setConfig({ maxConcurrency: 12, testTimeout: 20_000 });

let stage: HostileStage;
let recorded: SqlAnswer;
const met: PoolFacts[] = [];

beforeAll(async () => {
  stage = await HostileStage.open();
  await stage.warmUp(() => undefined);
  recorded = await stage.recordVictim();
});
afterAll(() => stage[Symbol.asyncDispose]());

const kill = [error(596, 21, 'Cannot continue, the session is in the kill state.'), failedDone(), end(true)];
const failing = (number: number, severity: number): SqlToken[] => [
  error(number, severity, `error ${String(number)}`),
  failedDone(),
];
const with_ =
  (change: Change) =>
  (sets: readonly ResultSet[]): SqlToken[] => [...tokensOf(change(sets)), end()];
/** The columns come, so many rows, and then the error. */
const failingAt = (part: string, rows: number, number: number) => (sets: readonly ResultSet[]) =>
  instead(sets, part, (set) => [
    ...openTokensOf({ ...set, rows: set.rows.slice(0, rows) }),
    ...failing(number, 16),
  ]);

const ODD = 'PCO_UNEXPECTED_ANSWER';
const REFUSED = 'PCO_SQL_ERROR';

// prettier-ignore
const ANSWERS: readonly (readonly [string, string, (sets: readonly ResultSet[]) => readonly SqlToken[] | undefined])[] = [
  ['nothing at all', 'PCO_INSTANCE_TIMEOUT', () => undefined],
  ['an empty answer', ODD, () => [end()]],
  ['a column of another name', ODD, with_(renamed('databases', 'state_desc', 'state'))],
  ['a column that is missing', ODD, with_(without('instance', 'utc_now'))],
  ['a column of another type', ODD, with_(valued('databases', 'name', 7))],
  ['a state that nobody knows', ODD, with_(valued('databases', 'state_desc', 'SLEEPING'))],
  ['a date that is none', ODD, with_(valued('instance', 'utc_now', 'yesterday'))],
  ['a required column that is NULL', ODD, with_(valued('instance', 'server_name', null))],
  ['no clock at the end', ODD, with_(changed('end', () => []))],
  ['no list of databases', ODD, with_(changed('databases', () => []))],
  ['two rows where one belongs', ODD, with_(changed('instance', (set) => [{ ...set, rows: [...set.rows, ...set.rows] }]))],
  ['a killed session', REFUSED, () => kill],
  ['a session killed half way', REFUSED, (sets) => [...tokensOf(sets.slice(0, 4)), ...kill]],
  ['a shutdown in progress', REFUSED, () => [...failing(6005, 14), end(true), { kind: 'close' }]],
  ['a deadlock that ends the batch', REFUSED, (sets) => [...tokensOf(sets.slice(0, 6)), ...failing(1205, 13), end(true)]],
  ['a lock time-out instead of the databases', REFUSED, (sets) => instead(sets, 'databases', () => failing(1222, 16))],
  ['a lock time-out after the columns of the databases', REFUSED, failingAt('databases', 0, 1222)],
  ['a lock time-out after the columns of the jobs', REFUSED, failingAt('jobs', 1, 1222)],
  ['a deadlock after some backup sets', REFUSED, failingAt('backups', 1, 1205)],
];

describe.concurrent('an instance that answers with', () => {
  test.for(ANSWERS)('%s is %s in time and seen in the next round', async ([, code, tokens], { expect }) => {
    const tls = await localhostCertificate();
    let hostile = true;
    await using server = await replaying(recorded, () => hostile, tokens, { tls });
    await using stand = stage.stand({ port: server.port, serverName: 'localhost', caPem: tls.cert });
    if (code === 'PCO_INSTANCE_TIMEOUT') stand.hurry();
    const { facts, tookMs } = await stand.round();
    expect([victimOf(facts).code, unknownSources(facts)]).toEqual([code, [VICTIM]]);
    expect(tookMs).toBeLessThan(ROUND_LIMIT_MS);
    met.push(facts);
    hostile = false;
    stand.calm();
    // A connection that the server has just closed may still look alive to the very next round.
    await expect
      .poll(async () => unknownSources((await stand.round()).facts), { interval: 5, timeout: 9_000 })
      .toEqual([]);
    expect(server.logins.length).toBeLessThanOrEqual(2);
  });

  test('the sessions of a SELECT that failed after its columns are unknown, not none', async ({ expect }) => {
    const tls = await localhostCertificate();
    await using server = await replaying(recorded, () => true, failingAt('sessions', 1, 1222), { tls });
    await using stand = stage.stand({ port: server.port, serverName: 'localhost', caPem: tls.cert });
    const { facts } = await stand.round();
    const look = facts.instances[VICTIM];
    expect(look?.kind === 'value' ? look.value.databases['mgc']?.sessions : look?.code).toBe('unknown');
  });

  test('the content of a SELECT that failed after its columns is unknown, not empty', async ({ expect }) => {
    const tls = await localhostCertificate();
    await using server = await replaying(recorded, () => true, failingAt('newest', 0, 1222), { tls });
    await using stand = stage.stand({ port: server.port, serverName: 'localhost', caPem: tls.cert });
    const { facts } = await stand.round();
    const look = facts.instances[VICTIM];
    expect(look?.kind === 'value' ? look.value.databases['mgc']?.content : look?.code).toBe('unknown');
  });
});

const refusing = (number: number, severity = 14): Script => ({
  refuse: () => [...failing(number, severity), end(true)],
});

// prettier-ignore
const DOORS: readonly (readonly [string, string, Script, Partial<InstanceConnectionSettings>])[] = [
  ['a wrong password (18456)', 'PCO_LOGIN_FAILED', refusing(18456), {}],
  ['a disabled login (18470)', 'PCO_LOGIN_FAILED', refusing(18470), {}],
  ['a locked login (18486)', 'PCO_LOGIN_FAILED', refusing(18486), {}],
  ['an expired password (18487)', 'PCO_LOGIN_FAILED', refusing(18487), {}],
  ['a password that must be changed (18488)', 'PCO_LOGIN_FAILED', refusing(18488), {}],
  ['a database that cannot be opened (4060)', 'PCO_LOGIN_FAILED', refusing(4060, 11), {}],
  ['a paused server (17142)', 'PCO_LOGIN_FAILED', refusing(17142), {}],
  ['a certificate of another name', 'PCO_CERTIFICATE_REFUSED', {}, { serverName: VICTIM }],
  ['a certificate of another authority', 'PCO_CERTIFICATE_REFUSED', {}, { serverName: VICTIM }],
  ['no TLS', 'PCO_CERTIFICATE_REFUSED', { encryption: 'not-supported' }, {}],
];

describe.concurrent('an instance that meets the login with', () => {
  test.for(DOORS)(
    '%s is %s, a sign of life, and gets no second try',
    async ([what, code, script, settings], { expect }) => {
      const tls = await localhostCertificate();
      const noTls = script.encryption === 'not-supported';
      await using server = await replaying(
        recorded,
        () => false,
        () => undefined,
        {
          ...script,
          ...(noTls ? {} : { tls }),
        },
      );
      const caPem = what.includes('authority') ? {} : { caPem: tls.cert };
      await using stand = stage.stand({ port: server.port, serverName: 'localhost', ...caPem, ...settings });
      const { facts, tookMs } = await stand.round();
      expect([victimOf(facts).code, unknownSources(facts)]).toEqual([code, [VICTIM]]);
      const look = facts.instances[VICTIM];
      expect(look?.kind === 'unknown' && look.silentForMs).toBeLessThan(ROUND_LIMIT_MS);
      expect(tookMs).toBeLessThan(ROUND_LIMIT_MS);
      expect(server.logins.length).toBe(code === 'PCO_LOGIN_FAILED' ? 1 : 0);
      expect(JSON.stringify(facts)).not.toContain(stage.password);
      met.push(facts);
    },
  );
});

/** TDS 8: PRELOGIN, LOGIN7 and SET batch inside TLS that the proxy ends. */
// prettier-ignore
const INSIDE: readonly (readonly [string, Moment])[] = [
  ['instead of the answer to PRELOGIN', { exchange: 1, after: 'asked' }],
  ['instead of the login answer', { exchange: 2, after: 'asked' }],
  ['in the login answer', { exchange: 2, after: 60 }],
  ['instead of the answer to the initial SQL', { exchange: 3, after: 'asked' }],
  ['instead of the result', { exchange: 4, after: 'asked' }],
  ['in the columns of the result', { exchange: 4, after: 40 }],
  ['in the rows of the result', { exchange: 4, after: 2_000 }],
];

describe.concurrent('inside TLS', () => {
  test.for(
    INSIDE.flatMap(([when, moment]) =>
      (['malformed', 'garbage', 'flood'] as const).map((deed) => [deed, when, moment] as const),
    ),
  )(
    '%s %s is unknown in time and seen in the next round',
    async ([deed, , moment]: readonly [Deed, string, Moment], { expect }) => {
      const tls = await localhostCertificate();
      await using server = await replaying(
        recorded,
        () => false,
        () => undefined,
        { encryption: 'not-supported' },
      );
      await using proxy = await ChaosProxy.before(server.port, tls);
      await using stand = stage.stand({
        port: proxy.port,
        serverName: 'localhost',
        caPem: tls.cert,
        encrypt: 'strict',
      });
      proxy.armNew(moment, deed);
      stand.hurry();
      const { facts, tookMs } = await stand.round();
      expect([ODD, 'PCO_INSTANCE_TIMEOUT']).toContain(victimOf(facts).code);
      expect(unknownSources(facts)).toEqual([VICTIM]);
      expect(tookMs).toBeLessThan(ROUND_LIMIT_MS);
      met.push(facts);
      proxy.heal();
      stand.calm();
      expect(unknownSources((await stand.round()).facts)).toEqual([]);
    },
  );
});

describe('afterwards', () => {
  test('nothing was decided from any answer, whichever site shall serve', () => {
    expect(met.length).toBe(ANSWERS.length + DOORS.length + INSIDE.length * 3);
    expect(met.flatMap((facts) => decidedFromUnknown(stage.pool, facts))).toEqual([]);
  });
});
