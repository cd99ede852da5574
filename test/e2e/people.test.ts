/** People and a running daemon over real processes, sockets and files: each decision takes effect, is kept, and outlives a kill -9. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findDaemon } from '../../src/cli/daemon-client.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { pchat } from '../support/pchat.ts';

const FACTOR = 40;
const POOL = 'contoso-chat';

class Desk {
  readonly stage: WireStage;
  readonly #settings: string;

  constructor(stage: WireStage) {
    this.stage = stage;
    const { directory, documents } = stage.playground;
    // A command that looks for itself starts cold: on a busy machine its first connections take longer than a daemon's.
    const patient = readFileSync(documents.settingsFile, 'utf8').replaceAll(
      /^( +(?:connect|instance|folder|shell|chatServer): ).*$/gm,
      (_, key: string) => `${key}3s`,
    );
    this.#settings = path.join(directory, 'patient.yaml');
    writeFileSync(this.#settings, patient);
  }
  /** The command's text; it must end well. */
  async says(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await pchat(...args, '--settings', this.#settings);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return stdout;
  }
  decides(reason: string, ...args: readonly string[]): Promise<string> {
    return this.says(...args, '--as', 'ann', '--reason', reason);
  }
  sees(what: string, seen: (pool: PoolStatus) => boolean): Promise<void> {
    return this.stage.until(what, async () => {
      const status = await this.stage.status();
      return status !== undefined && seen(status);
    });
  }
  get begun(): number {
    return this.stage.records.filter(({ kind }) => kind === 'intent').length;
  }
}

const gated =
  (code: string) =>
  ({ gate, generation, observedGeneration }: PoolStatus): boolean =>
    gate?.code === code && observedGeneration?.counter === generation.counter;

async function holdOverAKill(desk: Desk): Promise<void> {
  const { stage } = desk;
  await desk.decides('patch night', 'suspend', POOL, '--expires', '1h');
  await stage.estate.fault('down site home');
  stage.edit('lyon');
  await desk.decides('I saw it burn', 'attest', 'paris', '--down');
  await desk.sees('the plan of the attested failover, suspended', gated('Suspended'));
  await stage.killDaemon();
  await stage.startDaemon();
  await desk.sees('the suspension after a kill', gated('Suspended'));
  expect(desk.begun).toBe(0);
  await desk.decides('patched', 'resume', POOL);
  await desk.sees('the question about the loss', gated('LossAboveBound'));
}

async function acceptAndCancel(desk: Desk): Promise<void> {
  const { stage } = desk;
  await desk.decides('agreed with the owner', 'accept-loss', POOL, '--minutes', '600');
  // From here on nothing is lost any more: an approval does not depend on how long home was not seen.
  await stage.until('the recovery of lyon', () =>
    stage.records.some((record) => record.kind === 'outcome' && record.action === 'recover-backup'),
  );
  await desk.decides('not in this state', 'cancel', POOL);
  await desk.sees('the cancellation', gated('Cancelled'));
  const { begun } = desk;
  const before = await stage.status();
  await desk.sees('a later round', ({ round }) => round !== before?.round);
  expect(desk.begun).toBe(begun);
}

/** The edit ends the cancellation; the approval is given while no daemon runs. */
async function approveAlone(desk: Desk): Promise<void> {
  const { stage } = desk;
  stage.rewrite((text) => text.replace('mode: act', 'mode: propose'));
  await desk.sees('the question of mode propose', gated('ApprovalNeeded'));
  const { begun } = desk;
  await stage.killDaemon();
  await desk.decides('read twice', 'approve', POOL);
  await stage.startDaemon();
  await stage.until('the approved steps', () => desk.begun > begun);
  await stage.converged('backup');
}

async function breakTheGlass(desk: Desk): Promise<void> {
  const { directory, documents } = desk.stage.playground;
  const { desiredFile } = documents;
  const local = path.join(directory, 'local.yaml');
  writeFileSync(local, readFileSync(desiredFile, 'utf8').replace('mode: propose', 'mode: act'));
  renameSync(desiredFile, `${desiredFile}.away`);
  await desk.stage.until('the loss of the source', async () => {
    const client = await findDaemon(documents.journalDirectory);
    return ((await client?.status())?.desiredStateProblems.length ?? 0) > 0;
  });
  await desk.decides('git burns too', 'apply', '--desired', local);
  await desk.sees('the break-glass', ({ conditions, mode }) =>
    conditions.some(({ type, status }) => type === 'BreakGlass' && status === 'True' && mode === 'act'),
  );
  expect(await desk.says('status')).toContain('local.yaml by ann: git burns too');
  await desk.decides('nobody was there', 'decide', POOL, '--keep', 'lyon', '--expires', '1s');
  renameSync(`${desiredFile}.away`, desiredFile);
  await desk.sees(
    'the return of the source',
    ({ breakGlass, mode }) => breakGlass === null && mode === 'propose',
  );
}

test(
  'suspend, attest, resume, accept-loss, cancel, approve, apply and decide take effect and are told with name and reason',
  { timeout: 180_000 },
  async () => {
    await using stage = await WireStage.open({
      seed: 'people decide',
      factor: FACTOR,
      overrides: { speed: { ...DEFAULT_ESTATE.speed, synchronizeMs: 7_000 * FACTOR } },
      durations: { connect: '300ms', pollInterval: '400ms' },
      document: { drainTimeout: '0s', maxDataLoss: '0m' },
    });
    stage.rewrite((text) => text.replace('evidence: silent', 'evidence: proven'));
    await stage.startDaemon();
    await stage.converged('home');
    const desk = new Desk(stage);
    await holdOverAKill(desk);
    await acceptAndCancel(desk);
    await approveAlone(desk);
    await breakTheGlass(desk);

    const history = (await desk.says('history')).replaceAll(/[\s|]+/g, ' ');
    for (const words of [
      'ann: suspend: patch night (until',
      'ann: attest-down home: I saw it burn (until',
      'ann: resume: patched',
      'ann: accept-loss of 600 minutes: agreed with the owner',
      'ann: cancel: not in this state',
      'ann: approve: read twice',
      'local.yaml: git burns too (until',
      'the source of the desired state is back: contoso-chat after the break-glass of ann has generation',
      'ann: keep backup: nobody was there (until',
    ])
      expect(history).toContain(words);
  },
);
