/**
 * Alerts arrive: a real Prometheus scrapes a daemon that may only observe, a real Alertmanager with the example's routes tells a receiver,
 * and tells it again when the trouble is over. Expressions, labels and texts are those of deploy/; only waits are shortened.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertRule, RULES_FILE } from '../support/alert-rules.ts';
import { WireStage } from '../wire/wire-stage.ts';
import {
  AlertmanagerServer,
  alertmanagerIsAbsent,
  AlertReceiver,
  amtool,
  EXAMPLE_FILE,
  type ArrivedAlert,
} from './alertmanager-server.ts';
import { prometheusIsAbsent, PrometheusServer } from './prometheus-server.ts';

const POOL = 'contoso-chat';
const install = '(install: npm run setup)';

describe.skipIf(alertmanagerIsAbsent)(`the example of Alertmanager ${install}`, () => {
  test('is in order', async () => {
    const { code, output } = await amtool(['check-config', EXAMPLE_FILE]);
    expect(output).toContain('SUCCESS');
    expect(code).toBe(0);
  });

  test.each([
    ['critical', 'pchat-page'],
    ['warning', 'pchat-desk'],
    ['info', 'pchat-list'],
  ])('sends what is %s to %s', async (severity, receiver) => {
    const args = ['config', 'routes', 'test', `--config.file=${EXAMPLE_FILE}`, `severity=${severity}`];
    const { output } = await amtool([...args, `pool=${POOL}`]);
    expect(output.trim().split('\n').at(-1)).toBe(receiver);
  });
});

/** Minutes of the estate, which are seconds here. */
const LATE = '      backupThreshold: 3m\n      restoreThreshold: 3m\n';

const TROUBLES: readonly {
  readonly fault: string;
  readonly repair: string;
  readonly alert: string;
  readonly at: string;
}[] = [
  {
    fault: 'down instance sql-par-2.contoso.com',
    repair: 'up instance sql-par-2.contoso.com',
    alert: 'PchatUnprotected',
    at: '/desk',
  },
  {
    fault: 'stop agent sql-par-1.contoso.com',
    repair: 'start agent sql-par-1.contoso.com',
    alert: 'PchatLogBackupLate',
    at: '/desk',
  },
  { fault: 'down site home', repair: 'return site home', alert: 'PchatPrimarySiteDown', at: '/page' },
];

describe.skipIf(prometheusIsAbsent || alertmanagerIsAbsent)(`an alert ${install}`, () => {
  const opened = new AsyncDisposableStack();
  let stage: WireStage;
  let receiver: AlertReceiver;
  let prometheus: PrometheusServer;

  /** Since the receiver had `from` of them. */
  const arrived = (alert: string, status: ArrivedAlert['status'], from = 0): ArrivedAlert | undefined =>
    receiver.arrived.slice(from).find((one) => one.labels['alertname'] === alert && one.status === status);
  const arrives = (alert: string, status: ArrivedAlert['status'], from: number): Promise<void> =>
    prometheus.until(`${alert} ${status} at the receiver`, () =>
      Promise.resolve(arrived(alert, status, from) !== undefined),
    );

  beforeAll(async () => {
    stage = opened.use(
      await WireStage.open({
        seed: 'alerts',
        factor: 20,
        overrides: { backupEveryMinutes: 1, copyEveryMinutes: 1, restoreEveryMinutes: 1 },
        document: { mode: 'observe' },
      }),
    );
    stage.rewrite((text) => text.replace(/^( +restoreEvery: .*\n)/m, `$1${LATE}`));
    await stage.startDaemon();
    await stage.converged('home');
    receiver = opened.use(await AlertReceiver.listen());
    const { directory, documents } = stage.playground;
    const alertmanager = opened.use(await AlertmanagerServer.start(directory, receiver.address));
    const rulesFile = path.join(directory, 'rules.yaml');
    writeFileSync(
      rulesFile,
      readFileSync(RULES_FILE, 'utf8').replace(/^( +for: ).*$/gm, (_, key: string) => `${key}1s`),
    );
    const control = readFileSync(path.join(documents.journalDirectory, 'control-address'), 'utf8').trim();
    const options = { rulesFile, alertmanager: alertmanager.address };
    prometheus = opened.use(await PrometheusServer.start(directory, new URL(control).host, options));
    await prometheus.until('no alert', async () => (await prometheus.alerts()).size === 0);
  }, 120_000);
  afterAll(() => opened.disposeAsync());

  test.each(TROUBLES)('$alert arrives after "$fault" and resolves after "$repair"', async (trouble) => {
    const { fault, repair, alert, at } = trouble;
    const from = receiver.arrived.length;
    await stage.estate.fault(fault);
    await arrives(alert, 'firing', from);
    const told = arrived(alert, 'firing', from);
    const { severity } = alertRule(alert).labels;
    expect(told).toMatchObject({ at, labels: { pool: POOL, severity } });
    expect(told?.annotations['runbook_url']).toBe(`docs/alerts.md#${alert.toLowerCase()}`);
    expect(told?.annotations['summary']).toContain(POOL);
    expect(arrived(alert, 'resolved', from)).toBeUndefined();

    await stage.estate.fault(repair);
    await arrives(alert, 'resolved', from);
    await prometheus.until('no alert', async () => (await prometheus.alerts()).size === 0);
  });
});
