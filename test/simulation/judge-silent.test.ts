/** The one exception that the judge makes: home lives, cut off from everybody, and the policy says `silent`. Of `proven` it makes none. */
import { expect, test } from 'vitest';
import { ScenarioStage } from '../../src/simulation/scenario-stage.ts';
import type { Scenario } from '../../src/simulation/scenario.ts';

const BACKUP = 'sql-lyo-1.contoso.com';
const MINUTE_MS = 60_000;
const UNSEEN = 'cut link daemon-home store, share-home store';
/** Nobody could write into the copy at backup, however open it is. */
const UNREACHED = 'cut link home chat-backup store, backup chat-backup store';

const scenario = (evidence: Scenario['evidence']): Scenario => ({
  name: 'cut off from everybody',
  mode: 'safety',
  seed: 1,
  minutes: 30,
  shareSite: 'backup',
  evidence,
  core: 'all',
  person: 'there',
  events: [],
});

const pass = (stage: ScenarioStage, minutes: number): Promise<unknown> =>
  stage.world.clock.run(() => false, minutes * MINUTE_MS);

/** Clients post at home, which nobody sees any more; then the copy at backup is opened. The deeds are done by hand, without a daemon. */
async function openedBeside(
  evidence: Scenario['evidence'],
  ...cuts: readonly string[]
): Promise<ScenarioStage> {
  const stage = new ScenarioStage(scenario(evidence));
  await pass(stage, 2);
  for (const cut of cuts) stage.perform(cut);
  stage.end();
  await pass(stage, 1);
  const { estate, sqlPassword: password } = stage.world;
  const login = { login: 'sa', password, database: 'master', host: 'desk', program: 'query window' };
  const connection = estate.login(BACKUP, 'operator', login, () => undefined);
  const text = 'RESTORE DATABASE mgc WITH RECOVERY; ALTER DATABASE mgc SET MULTI_USER;';
  estate.request(BACKUP, connection, { kind: 'batch', text });
  await pass(stage, 1);
  return stage;
}

async function activated(stage: ScenarioStage): Promise<void> {
  const servers = stage.world.state.options.sites.backup.chatServers;
  const parameters = {
    Identity: `PersistentChatServer:${stage.world.state.options.poolFqdn}`,
    ActiveServers: { replace: servers },
    Force: true,
    Confirm: false,
  };
  stage.world.estate.cmdlet('Set-CsPersistentChatActiveServer', parameters, undefined, () => undefined);
  await pass(stage, 1);
}

const told = ({ judge }: ScenarioStage) => ({
  violations: judge.violations.map(({ invariant }) => invariant),
  exceptions: judge.exceptions.map(({ invariant }) => invariant),
});

test.each([
  { evidence: 'silent', violations: [], exceptions: ['two-writers'] },
  { evidence: 'proven', violations: ['two-writers'], exceptions: [] },
] as const)(
  'a copy that is opened beside a home which lives unseen, under $evidence',
  async ({ evidence, violations, exceptions }) => {
    expect(told(await openedBeside(evidence, UNSEEN))).toEqual({ violations, exceptions });
  },
);

test.each([
  { evidence: 'silent', violations: [], exceptions: ['wrong-copy'] },
  { evidence: 'proven', violations: ['wrong-copy'], exceptions: [] },
] as const)(
  'servers that are sent to a copy which lacks what a home that lives unseen has taken since, under $evidence',
  async ({ evidence, violations, exceptions }) => {
    const stage = await openedBeside(evidence, UNSEEN, UNREACHED);
    expect(told(stage)).toEqual({ violations: [], exceptions: [] });
    await activated(stage);
    expect(told(stage)).toEqual({ violations, exceptions });
  },
);

test('under silent a home that is seen is no exception', async () => {
  expect(told(await openedBeside('silent'))).toEqual({ violations: ['two-writers'], exceptions: [] });
});
