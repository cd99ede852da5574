/** What master keeps beside mgc (owner, TRUSTWORTHY, logins): compared with what mgc needs, as drift and after a move. */
import { expect, test } from 'vitest';
import { runText } from '../../src/simulation/administrator.ts';
import { changesOf, databaseAt, driftsAt, driftStage, LYO1, PAR1, PAR2, statusOf } from './drift-judge.ts';

const TIMEOUT = { timeout: 60_000 };
const GROUP = 'CONTOSO\\RTCChatUsers';
const ALIGN = 'align-server-objects:home';

type Stage = Awaited<ReturnType<typeof driftStage>>;

function run(stage: Stage, instance: string, text: string): void {
  expect(runText(stage.world, instance, text).errors).toEqual([]);
}
const loginsAt = (stage: Stage, instance: string): readonly string[] =>
  Object.values(stage.world.state.instances[instance]?.logins ?? {}).map(({ name }) => name);
const because = (stage: Stage): string | undefined => statusOf(stage)?.variables['home.objects']?.because;

const declared = (lines: string) => (text: string) =>
  text.replace(/^( *)poolFqdn:/m, (line, indent: string) => `${indent}${lines}\n${line}`);
const policy = (lines: string) => (text: string) =>
  text.replace(/^( *)policy:\n/m, (line, indent: string) => `${line}${indent}  drift: {${lines}}\n`);

/** The same SQL login everywhere, as a person makes it who knows what a move needs. */
function boss(stage: Stage): void {
  const sid = '0x0B0550000000000000000000000000B0';
  for (const instance of [PAR1, PAR2, LYO1])
    run(stage, instance, `CREATE LOGIN boss WITH PASSWORD = N'x', SID = ${sid}`);
  run(stage, PAR1, 'ALTER AUTHORIZATION ON DATABASE::mgc TO boss');
}

test(
  'a partner that serves with another owner than mgc records is given the recorded one',
  TIMEOUT,
  async () => {
    const stage = await driftStage({}, policy('principal: report'));
    boss(stage);
    await stage.pass(1);
    expect(changesOf(stage)).toEqual([]);
    runText(stage.world, PAR1, 'ALTER DATABASE [mgc] SET PARTNER FAILOVER;');
    expect(await driftsAt(stage)).toContain('home.objects is differ');
    expect(because(stage)).toContain('it belongs to sa here, and records boss');
    await stage.pass(2);
    expect(databaseAt(stage, PAR2)?.owner).toBe('boss');
    expect(changesOf(stage)).toEqual([ALIGN]);
    stage.daemon.crash();
  },
);

test(
  'a planned move gives the copy that then serves its owner, its logins and TRUSTWORTHY',
  { timeout: 120_000 },
  async () => {
    const stage = await driftStage({}, declared('trustworthy: true'));
    boss(stage);
    run(stage, PAR1, `CREATE LOGIN [${GROUP}] FROM WINDOWS; USE mgc; CREATE USER [${GROUP}]; USE master`);
    await stage.pass(1);
    for (const [datacenter, instance] of [
      ['lyon', LYO1],
      ['paris', PAR1],
    ] as const) {
      const before = changesOf(stage).length;
      stage.world.document.save(
        stage.world.document.text.replace(/primaryDatacenter: \w+/, `primaryDatacenter: ${datacenter}`),
      );
      await stage.converge();
      expect(databaseAt(stage, instance)).toMatchObject({
        owner: 'boss',
        trustworthy: true,
        state: 'ONLINE',
      });
      expect(loginsAt(stage, instance)).toContain(GROUP);
      const own = changesOf(stage)
        .slice(before)
        .filter((step) => step.startsWith('align-'));
      expect(own).toHaveLength(1);
    }
    stage.daemon.crash();
  },
);

test('the login that a group of mgc lacks is made again', TIMEOUT, async () => {
  const stage = await driftStage();
  run(stage, PAR1, `CREATE LOGIN [${GROUP}] FROM WINDOWS; USE mgc; CREATE USER [${GROUP}]; USE master`);
  run(stage, PAR1, `DROP LOGIN [${GROUP}]`);
  expect(await driftsAt(stage)).toEqual(['home.objects is differ']);
  await stage.converge();
  expect(loginsAt(stage, PAR1)).toContain(GROUP);
  expect(changesOf(stage)).toEqual([ALIGN]);
  stage.daemon.crash();
});

test('an SQL user is mapped to the login of its name that has another SID', TIMEOUT, async () => {
  const stage = await driftStage();
  const made = "CREATE LOGIN app WITH PASSWORD = N'x'";
  run(stage, PAR1, `${made}; USE mgc; CREATE USER app FOR LOGIN app; USE master; DROP LOGIN app; ${made}`);
  expect(await driftsAt(stage)).toEqual(['home.objects is differ']);
  await stage.converge();
  const user = databaseAt(stage, PAR1)?.content.users.find(({ name }) => name === 'app');
  expect(user?.sid).toBe(stage.world.state.instances[PAR1]?.logins['app']?.sid);
  expect(changesOf(stage)).toEqual([ALIGN]);
  stage.daemon.crash();
});

test('TRUSTWORTHY is kept as it is declared, and left alone where it is not', TIMEOUT, async () => {
  const stage = await driftStage({}, declared('trustworthy: true'));
  expect(databaseAt(stage, PAR1)?.trustworthy).toBe(true);
  const before = changesOf(stage).length;
  run(stage, PAR1, 'ALTER DATABASE mgc SET TRUSTWORTHY OFF');
  expect(await driftsAt(stage)).toEqual(['home.objects is differ']);
  await stage.converge();
  expect(databaseAt(stage, PAR1)?.trustworthy).toBe(true);
  expect(changesOf(stage).slice(before)).toEqual([ALIGN]);
  stage.daemon.crash();
  const free = await driftStage();
  run(free, PAR1, 'ALTER DATABASE mgc SET TRUSTWORTHY ON');
  await free.pass(1);
  expect([databaseAt(free, PAR1)?.trustworthy, changesOf(free)]).toEqual([true, []]);
  free.daemon.crash();
});

test('where it is only to be reported it is shown and left', TIMEOUT, async () => {
  const stage = await driftStage({}, (text) =>
    policy('serverObjects: report')(declared('trustworthy: true')(text)),
  );
  expect(await driftsAt(stage)).toEqual(['home.objects is differ']);
  await stage.pass(5);
  expect([databaseAt(stage, PAR1)?.trustworthy, changesOf(stage)]).toEqual([false, []]);
  const converged = statusOf(stage)?.conditions.find(({ type }) => type === 'Converged');
  expect(converged).toMatchObject({ status: 'False', reason: 'DriftReported' });
  stage.daemon.crash();
});

test(
  'a user that no login can be found for is shown to a person, and holds up nothing',
  TIMEOUT,
  async () => {
    const stage = await driftStage();
    run(
      stage,
      PAR1,
      "CREATE LOGIN app WITH PASSWORD = N'x'; USE mgc; CREATE USER app FOR LOGIN app; USE master; DROP LOGIN app",
    );
    expect(await driftsAt(stage)).toEqual(['home.objects is byHand']);
    expect(because(stage)).toContain('its user app has no login here');
    run(stage, PAR1, 'ALTER DATABASE [mgc] SET WITNESS OFF;');
    await stage.pass(2);
    expect(databaseAt(stage, PAR1)?.mirroring).toMatchObject({ witnessConnected: true });
    expect(changesOf(stage)).toEqual(['set-witness:home']);
    stage.daemon.crash();
  },
);
