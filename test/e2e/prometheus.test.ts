/**
 * The alerts against what a real daemon exports: Debian's promtool judges rules, their unit tests and /metrics; a real Prometheus scrapes
 * a daemon that may only observe, and each rule's own expression is true while the trouble lasts and false after it.
 */
import { readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { METRICS } from '../../src/daemon/metric-table.ts';
import {
  alertRule,
  alertRules,
  PROMETHEUS_FOLDER,
  RECORDING_FILE,
  RECORDING_TESTS_FILE,
  recordingRules,
  RULES_FILE,
  RULE_TESTS_FILE,
} from '../support/alert-rules.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { prometheusIsAbsent, PrometheusServer, promtool } from './prometheus-server.ts';

const install = '(install: npm run setup)';

describe.skipIf(prometheusIsAbsent)(`promtool ${install}`, () => {
  test.each([
    ['alerts', RULES_FILE, alertRules().length],
    ['recording', RECORDING_FILE, recordingRules().length],
  ])('finds the rules of %s in order', async (_, file, count) => {
    const { code, output } = await promtool(['check', 'rules', '--lint-fatal', file]);
    expect(output).toContain(`SUCCESS: ${String(count)} rules found`);
    expect(code).toBe(0);
  });

  test.each([
    ['alerts', RULE_TESTS_FILE],
    ['recording', RECORDING_TESTS_FILE],
  ])('passes the unit tests of %s', async (_, file) => {
    const { code, output } = await promtool(['test', 'rules', file]);
    expect(output).toContain('SUCCESS');
    expect(code).toBe(0);
  });

  test('finds the scrape configuration in order', async () => {
    const file = path.join(PROMETHEUS_FOLDER, 'prometheus.example.yaml');
    const { code, output } = await promtool(['check', 'config', '--lint-fatal', file]);
    expect(output).toContain('is valid prometheus config file syntax');
    expect(code).toBe(0);
  });
});

const ISOLATED_MIRROR = 'sql-par-2.contoso.com';

/** What is done to the world, how it is undone, and the alerts whose expression is true in between. */
const TROUBLES: readonly {
  readonly fault: string;
  readonly repair: string;
  readonly alerts: readonly string[];
}[] = [
  {
    fault: `down instance ${ISOLATED_MIRROR}`,
    repair: `up instance ${ISOLATED_MIRROR}`,
    alerts: ['PchatDrift', 'PchatUnprotected', 'PchatInstanceNotSeen'],
  },
  { fault: 'down shell', repair: 'up shell', alerts: ['PchatShellNotSeen', 'PchatBlocked'] },
  { fault: 'down share', repair: 'up share', alerts: ['PchatFolderNotSeen'] },
  { fault: 'cms read-only', repair: 'cms writable', alerts: ['PchatCentralManagementReadOnly'] },
  {
    fault: 'stop agent sql-par-1.contoso.com',
    repair: 'start agent sql-par-1.contoso.com',
    alerts: ['PchatLogBackupLate', 'PchatLogCopyLate', 'PchatLogRestoreLate'],
  },
  { fault: 'cut link daemon-backup', repair: 'heal link daemon-backup', alerts: ['PchatSiteUnclear'] },
  { fault: 'down site home', repair: 'return site home', alerts: ['PchatPrimarySiteDown'] },
  { fault: 'down site backup', repair: 'return site backup', alerts: ['PchatOtherSiteDown'] },
];
/** Minutes of the estate, which are seconds here. */
const LATE = '      backupThreshold: 3m\n      restoreThreshold: 3m\n';

describe.skipIf(prometheusIsAbsent)(`Prometheus at a daemon that observes ${install}`, () => {
  const opened = new AsyncDisposableStack();
  let stage: WireStage;
  let prometheus: PrometheusServer;

  const metricsUrl = (): string =>
    `${readFileSync(path.join(stage.playground.documents.journalDirectory, 'control-address'), 'utf8').trim()}/metrics`;
  const exposition = async (): Promise<string> => (await fetch(metricsUrl())).text();
  const holds = async (alert: string): Promise<boolean> =>
    (await prometheus.query(alertRule(alert).expr)).length > 0;
  const becomes = (alert: string, wanted: boolean): Promise<void> =>
    prometheus.until(`${alert} is ${String(wanted)}`, async () => (await holds(alert)) === wanted);
  const quiet = (): Promise<void> =>
    prometheus.until('no alert', async () => {
      const held = await Promise.all(alertRules().map(({ alert }) => holds(alert)));
      return !held.includes(true) && (await prometheus.alerts()).size === 0;
    });

  beforeAll(async () => {
    const options = { backupEveryMinutes: 1, copyEveryMinutes: 1, restoreEveryMinutes: 1 };
    stage = opened.use(
      await WireStage.open({
        seed: 'prometheus',
        factor: 20,
        overrides: options,
        document: { mode: 'observe' },
      }),
    );
    stage.rewrite((text) => text.replace(/^( +restoreEvery: .*\n)/m, `$1${LATE}`));
    await stage.startDaemon();
    await stage.converged('home');
    prometheus = opened.use(
      await PrometheusServer.start(stage.playground.directory, new URL(metricsUrl()).host),
    );
    await quiet();
  }, 120_000);
  afterAll(() => opened.disposeAsync());

  test('promtool finds nothing against conventions in the real /metrics', async () => {
    const { code, output } = await promtool(['check', 'metrics', '--extended'], await exposition());
    expect(output).not.toMatch(/^(?:pchat|process|nodejs)_\w+ [a-z]/m);
    expect(code).toBe(0);
  });

  test('every metric of the table is there with a series, and no other of its kind', async () => {
    const text = await exposition();
    const names = [...text.matchAll(/^# TYPE (pchat_\w+) /gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(Object.keys(METRICS).sort());
    for (const name of names) expect(text).toMatch(new RegExp(`^${name ?? ''}(_count)?[{ ]`, 'm'));
  });

  test('the cost of looking is counted for every instance, and the last look is seconds old', async () => {
    const counted = await prometheus.query('pchat_instance_requests_total{connection="observer"} > 0');
    expect(counted).toHaveLength(6);
    expect(await prometheus.query('pchat_shell_requests_total > 0')).toHaveLength(1);
    expect(await prometheus.query('pchat_folder_requests_total{operation="list"} > 0')).toHaveLength(1);
    expect(await prometheus.query('time() - pchat_last_observation_timestamp_seconds < 60')).toHaveLength(1);
  });

  test.each(TROUBLES)('"$fault" makes $alerts true until "$repair"', async ({ fault, repair, alerts }) => {
    for (const alert of alerts) expect(await holds(alert)).toBe(false);
    await stage.estate.fault(fault);
    for (const alert of alerts) await becomes(alert, true);
    await prometheus.until('the alerts themselves', async () => {
      const known = await prometheus.alerts();
      return alerts.every((alert) => known.has(alert));
    });
    await stage.estate.fault(repair);
    await quiet();
  });

  test('a drift names its field, and nothing of it is repaired by a daemon that observes', async () => {
    await stage.estate.fault(`down instance ${ISOLATED_MIRROR}`);
    await becomes('PchatDrift', true);
    const fields = await prometheus.query('pchat_drift{actual="differs"} == 1');
    expect(fields.map(({ metric }) => metric['field'])).toEqual(['home.mirror']);
    const steps = await prometheus.query('sum(pchat_steps_total)');
    expect(steps.map(({ value }) => value[1])).toEqual(['0']);
    await stage.estate.fault(`up instance ${ISOLATED_MIRROR}`);
    await quiet();
  });

  test('a broken edit is reported until it is mended', async () => {
    stage.rewrite((text) => text.replace('mode: observe', 'mode: perhaps'));
    await becomes('PchatDesiredStateRejected', true);
    stage.rewrite((text) => text.replace('mode: perhaps', 'mode: observe'));
    await quiet();
  });

  test('a desired state out of reach is reported alone until it is back', async () => {
    const { desiredFile } = stage.playground.documents;
    renameSync(desiredFile, `${desiredFile}.away`);
    await becomes('PchatDesiredStateUnreachable', true);
    expect(await holds('PchatDesiredStateRejected')).toBe(false);
    renameSync(`${desiredFile}.away`, desiredFile);
    await quiet();
  });

  test('a plan that waits for a person is reported until the edit is taken back', async () => {
    stage.rewrite((text) => text.replace('mode: observe', 'mode: propose'));
    stage.edit('lyon');
    await becomes('PchatAwaitingApproval', true);
    expect(await prometheus.query('pchat_open_decisions{question="approve"} == 1')).toHaveLength(1);
    const generations = await prometheus.query('pchat_generation_info');
    expect(generations.map(({ metric }) => metric['primary_datacenter'])).toEqual(['lyon']);
    stage.edit('paris');
    await quiet();
  });

  test('a daemon that has ended is reported as absent', async () => {
    await stage.stopDaemon();
    await becomes('PchatDaemonAbsent', true);
  });
});
