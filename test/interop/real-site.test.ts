/**
 * The main job as a real site runs it, all at once: logins with nothing but what `pchat grants` gives them, Windows accounts by NTLM at one
 * site and SQL logins at the other, TLS checked against a private CA, and PowerShell's engine behind sshd as the management shell.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { serverAlias, writeFreetdsConf } from '../../src/cli/estate-story/freetds-conf.ts';
import { reportStory } from '../../src/cli/estate-story/transition-report.ts';
import { toArray } from '../../src/simulator/instance/chunks.ts';
import { pchat } from '../support/pchat.ts';
import { onlyOnShare, RARELY_COPIED } from '../wire/kill-points.ts';
import { WireStage } from '../wire/wire-stage.ts';
import { dotnetIsAbsent } from './dotnet-program.ts';
import { engineOverSsh } from './engine-shell.ts';
import { LoopbackSshd, sshIsAbsent } from './loopback-sshd.ts';
import { TsqlLogin, tsqlIsAbsent } from './tsql-client.ts';

const DOMAIN_PASSWORD = 'of the domain §1';
const SQL_LOGIN = 'pchat-home';
const WINDOWS_LOGIN = 'CONTOSO\\svc-pchat';
const SQL_PASSWORD = 'of home §2';
const SEED = [1, 2, 3, 4, 5, 6, 7];
const isAtHome = (instance: string): boolean => instance.includes('-par-');

interface Settings {
  defaults: Record<string, unknown>;
  instances: Record<string, Record<string, unknown>>;
}

/** SQL logins at home, a Windows account everywhere else; passwords in files beside the settings. */
function useOwnLogins(stage: WireStage): void {
  const { directory, documents } = stage.playground;
  const secret = (name: string, password: string): Readonly<Record<string, string>> => {
    writeFileSync(path.join(directory, name), `${password}\n`, { mode: 0o600 });
    return { file: path.join(directory, name) };
  };
  const settings = parse(readFileSync(documents.settingsFile, 'utf8')) as Settings;
  settings.defaults = { caFile: settings.defaults['caFile'] };
  const home = { user: SQL_LOGIN, password: secret('home-password', SQL_PASSWORD) };
  const domain = {
    domain: 'CONTOSO',
    user: 'svc-pchat',
    password: secret('domain-password', DOMAIN_PASSWORD),
  };
  for (const [name, instance] of Object.entries(settings.instances))
    settings.instances[name] = { ...instance, ...(isAtHome(name) ? home : domain) };
  writeFileSync(documents.settingsFile, stringify(settings));
}

interface Grants {
  readonly instances: readonly {
    readonly instance: string;
    readonly login: string;
    readonly script: string;
  }[];
}

/** What an administrator does with the output of `pchat grants`: each part in a query window of its instance. */
async function runGrants(
  stage: WireStage,
  concerns: (instance: string) => boolean,
): Promise<readonly string[]> {
  const { directory, documents } = stage.playground;
  const { stdout, stderr } = await pchat(
    'grants',
    '--settings',
    documents.settingsFile,
    '--for',
    'act',
    '--output',
    'json',
  );
  expect(stderr).toBe('');
  const { instances } = JSON.parse(stdout) as Grants;
  const said: string[] = [];
  for (const { instance, script } of instances.filter((one) => concerns(one.instance))) {
    const { messages } = await new TsqlLogin(directory, serverAlias(instance)).type(script);
    said.push(...messages.filter(({ severity }) => severity > 10).map(({ text }) => `${instance}: ${text}`));
  }
  return said;
}

/** Logins of the daemon's sessions that are open now, by instance. */
const daemonLogins = ({ estate }: WireStage): readonly string[] => [
  ...new Set(
    Object.values(estate.state().instances).flatMap(({ name, sessions }) =>
      Object.values(sessions)
        .filter(({ program }) => program === 'pchat-operator')
        .map(({ login }) => `${isAtHome(name) ? 'home' : 'backup'} ${login}`),
    ),
  ),
];

describe.skipIf(sshIsAbsent || dotnetIsAbsent || tsqlIsAbsent)(
  'a site as it is (install: npm run setup, .NET SDK 10)',
  () => {
    test(
      'failover and failback with granted rights, NTLM, a private CA and PowerShell over ssh',
      { timeout: 300_000 },
      async () => {
        await using ending = new AsyncDisposableStack();
        await using stage = await WireStage.open({
          seed: 'a site as it is',
          factor: 20,
          limitMs: 120_000,
          overrides: {
            ...RARELY_COPIED,
            domain: { name: 'CONTOSO', dnsName: 'contoso.com', accounts: { 'svc-pchat': DOMAIN_PASSWORD } },
            logins: [{ name: SQL_LOGIN, password: SQL_PASSWORD }, { name: WINDOWS_LOGIN }],
          },
          durations: { shell: '20s', chatServer: '20s' },
          document: { drainTimeout: '0s' },
          shell: async (estate, directory) => {
            const sshd = ending.use(await LoopbackSshd.start(path.join(directory, 'sshd')));
            return engineOverSsh(sshd, path.join(directory, 'engine'), estate.controlPort);
          },
        });
        const { estate } = stage;
        writeFreetdsConf(estate, stage.playground.directory);
        useOwnLogins(stage);
        expect(await runGrants(stage, () => true)).toEqual([]);
        await stage.startDaemon();
        await estate.fault('clients on');
        await stage.converged('home');
        expect([...daemonLogins(stage)].sort()).toEqual([`backup ${WINDOWS_LOGIN}`, `home ${SQL_LOGIN}`]);
        await stage.until('a log backup that only the share has', () => onlyOnShare(estate).length > 0);
        await estate.fault('down site home');
        await stage.verdictOnHome('silent');
        stage.edit('lyon');
        await stage.converged('backup');
        await estate.fault('rebuild site home');
        // Installed anew: the logins are there, their rights are not.
        expect(await runGrants(stage, isAtHome)).toEqual([]);
        await stage.verdictOnHome('alive');
        stage.edit('paris');
        await stage.converged('home');
        await estate.fault('clients off');

        const account = estate.checker();
        const { failover, failback, ledger } = reportStory({
          records: stage.records,
          account,
          acknowledged: toArray(estate.state().chat.acknowledged),
          lostFiles: 0,
        });
        expect([failover.seedSteps, failback.seedSteps]).toEqual([SEED, SEED]);
        expect(failback.actions.at(-1)).toBe('mirror-home:home');
        expect([ledger.unnamedLost, account.writableAtTwoSitesMs]).toEqual([0, 0]);
        expect(account.counts['Set-CsPersistentChatState']).toBe(2);
      },
    );
  },
);
