/** The judge must see what it is there for: deeds that no step may do, done by hand in a query window. */
import { expect, test } from 'vitest';
import { plannerFor } from '../../src/reconciler/find-plan.ts';
import { shapeOf } from '../../src/reconciler/ground-rows.ts';
import { desiredPoolOf } from '../../src/simulation/administrator.ts';
import { chanceScenario } from '../../src/simulation/chance-scenario.ts';
import { ScenarioStage } from '../../src/simulation/scenario-stage.ts';
import { parseScenario, SCENARIO_GRAMMAR, type Scenario } from '../../src/simulation/scenario.ts';
import { parseFault } from '../../src/simulator/estate/fault-grammar.ts';

const HOME = ['sql-par-1.contoso.com', 'sql-par-2.contoso.com'];
const BACKUP = 'sql-lyo-1.contoso.com';
const MINUTE_MS = 60_000;

const scenario: Scenario = {
  name: 'by hand',
  mode: 'safety',
  seed: 1,
  minutes: 30,
  shareSite: 'backup',
  evidence: 'silent',
  core: 'all',
  person: 'there',
  events: [],
};

/** Clients have posted for a while, and log backups have been shipped. */
async function servingPool(): Promise<ScenarioStage> {
  const stage = new ScenarioStage(scenario);
  await pass(stage, 6);
  return stage;
}

const pass = (stage: ScenarioStage, minutes: number): Promise<unknown> =>
  stage.world.clock.run(() => false, minutes * MINUTE_MS);

/** Sent and left to run; long statements end in their own time. */
function send(stage: ScenarioStage, instance: string, text: string): void {
  const { estate, sqlPassword: password } = stage.world;
  const login = { login: 'sa', password, database: 'master', host: 'desk', program: 'query window' };
  const connection = estate.login(instance, 'operator', login, () => undefined);
  estate.request(instance, connection, { kind: 'batch', text });
}

const invariants = (stage: ScenarioStage): readonly string[] => [
  ...new Set(stage.judge.violations.map(({ invariant }) => invariant)),
];

test('a quiet pool breaks no invariant', async () => {
  const stage = await servingPool();
  stage.end();
  expect([invariants(stage), stage.world.account().acknowledged > 10]).toEqual([[], true]);
});

test('a backup copy that is opened beside an open home makes two writers', async () => {
  const stage = await servingPool();
  stage.end();
  send(stage, BACKUP, 'RESTORE DATABASE mgc WITH RECOVERY; ALTER DATABASE mgc SET MULTI_USER;');
  await pass(stage, 1);
  expect(invariants(stage)).toEqual(['two-writers']);
});

/** As if a daemon had begun this step; the judge goes by the journal for whose deed it was. */
function begin(stage: ScenarioStage, action: string, target: string): void {
  const seq = stage.world.disk.lines.length;
  stage.world.disk.lines.push(JSON.stringify({ v: 1, seq, kind: 'intent', action, target }));
}

/** A cmdlet by hand, and the time that it takes. */
async function invoke(
  stage: ScenarioStage,
  name: string,
  parameters: Record<string, unknown>,
): Promise<void> {
  const { estate } = stage.world;
  estate.cmdlet(name, { Force: true, Confirm: false, ...parameters }, undefined, () => undefined);
  await pass(stage, 1);
}

test('a recovery beside a log backup that could be applied, of content that nobody named as lost, is two violations', async () => {
  const stage = await servingPool();
  stage.perform('down site home');
  stage.end();
  await pass(stage, 1);
  begin(stage, 'recover-backup', 'backup');
  send(stage, BACKUP, 'RESTORE DATABASE mgc WITH RECOVERY;');
  await pass(stage, 1);
  expect(invariants(stage)).toEqual(['salvage', 'unnamed-loss']);
});

test('a backup of a failback under chat sessions is a violation', async () => {
  const stage = await servingPool();
  stage.end();
  begin(stage, 'full-backup', 'home');
  send(stage, HOME[0] ?? '', "BACKUP DATABASE mgc TO DISK = N'D:\\Quarantine\\paris\\full.bak';");
  await pass(stage, 2);
  expect(invariants(stage)).toEqual(['sessions']);
});

test('a pool state that the desired state does not ask for is a violation', async () => {
  const stage = await servingPool();
  stage.end();
  await invoke(stage, 'Set-CsPersistentChatState', {
    Identity: 'service:pchat.contoso.com',
    PoolState: 'FailedOver',
  });
  expect(invariants(stage)).toEqual(['moved']);
});

test('servers that are made active where nobody serves are a violation', async () => {
  const stage = await servingPool();
  stage.end();
  await invoke(stage, 'Set-CsPersistentChatActiveServer', {
    Identity: 'PersistentChatServer:pchat.contoso.com',
    ActiveServers: { replace: ['chat-lyo-1.contoso.com'] },
  });
  expect(invariants(stage)).toEqual(['wrong-copy']);
});

test('copies that are dropped with messages which nothing else holds are a violation', async () => {
  const stage = await servingPool();
  stage.end();
  send(stage, HOME[0] ?? '', 'ALTER DATABASE mgc SET PARTNER OFF;');
  await pass(stage, 1);
  stage.world.estate.fault('clients off');
  for (const instance of HOME) {
    send(stage, instance, 'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;');
    send(stage, instance, 'DROP DATABASE mgc;');
  }
  await pass(stage, 1);
  expect(invariants(stage)).toEqual(['overwritten']);
});

/** Breaks the planner, in the memory of this process, as if it took unknown for known: this row is planned, whatever is seen. */
function planAlways(stage: ScenarioStage, action: string): () => void {
  const { topology, policy } = desiredPoolOf(stage.world);
  const planner = plannerFor(shapeOf(topology, policy));
  const whole = { ...planner };
  const steps = planner.steps.filter((step) => step.action === action);
  Object.assign(planner, { find: () => ({ kind: 'steps', steps, statesExpanded: 0 }) });
  return () => void Object.assign(planner, whole);
}

test('a step that is begun while what its row reads is unknown is a violation', async () => {
  const stage = await servingPool();
  const mend = planAlways(stage, 'clear-active-servers');
  try {
    stage.perform('down shell');
    await pass(stage, 2);
    stage.end();
  } finally {
    mend();
  }
  expect(invariants(stage)).toEqual(['unknown-need']);
});

test('whatever the world destroys is no violation of the product', async () => {
  const stage = await servingPool();
  stage.perform('rebuild site home');
  stage.perform('rebuild site backup');
  stage.end();
  expect(invariants(stage)).toEqual([]);
});

test('a rebuilt site has lost what lay in the subfolders of its folders too', async () => {
  const stage = await servingPool();
  const { folders, estate, clock } = stage.world;
  const strays = ['\\\\fs01\\mgc-logs\\quarantine', 'D:\\LSCopy\\quarantine'];
  for (const folder of strays) folders.write(`${folder}\\stray.trn`, new Uint8Array([1]), clock.now());
  estate.fault('rebuild site home');
  const kept = strays.map((folder) => folders.list(folder).length);
  estate.fault('rebuild site backup');
  stage.end();
  expect([kept, strays.map((folder) => folders.list(folder).length)]).toEqual([
    [1, 1],
    [0, 0],
  ]);
});

test('every event of a scenario by chance is one that the estate or the stage knows', () => {
  const verbs = SCENARIO_GRAMMAR.split('\n').flatMap((line) =>
    (line.split(/\s{2,}/)[0] ?? '').split(' | ').map((word) => word.split(' ')[0] ?? ''),
  );
  const unknown = Array.from({ length: 200 }, (_, seed) =>
    chanceScenario({ seed, mode: 'safety', minutes: 30 }),
  )
    .flatMap(({ events }) => events.map(({ what }) => what))
    .filter((what) => !verbs.includes(what.split(' ')[0] ?? '') || /^(cut|lose files)/.test(what))
    .filter((what) => parseFault(what).kind === 'unknown');
  expect(unknown).toEqual([]);
});

test('a scenario file with a field that does not fit is refused by its name', () => {
  expect(() => parseScenario(JSON.stringify({ ...scenario, core: 'home' }))).toThrow('core');
  expect(() => parseScenario(JSON.stringify({ ...scenario, events: [{ at: -1, what: 'x' }] }))).toThrow(
    'events',
  );
});
