/** pchat grants: the least rights of the configured accounts as T-SQL per instance, and what the management shell needs. Changes nothing. */
import { Option, type Command } from 'commander';
import type { Settings } from '../desired-state/parse-settings.ts';
import { grantScript } from '../rights/grant-script.ts';
import { requiredRights, type RequiredRight } from '../rights/required-rights.ts';
import { SQL_VERSIONS, type Purpose, type SqlVersion } from '../rights/right-table.ts';
import { SHELL_RIGHTS, shellScript } from '../rights/shell-rights.ts';
import { PoolError } from '../topology/pool-error.ts';
import { SITES, type DesiredPool, type InstanceName, type PoolTopology } from '../topology/pool-topology.ts';
import { declaredPools, loadSettings, print, withSettings, type SettingsOptions } from './command-options.ts';

interface Options extends SettingsOptions {
  readonly for?: Purpose;
  readonly sqlVersion: SqlVersion;
}

export function register(program: Command): void {
  withSettings(program.command('grants'))
    .description(
      'the least rights of the configured accounts: T-SQL per instance, roles of the management shell',
    )
    .argument('[pool]', 'default: every pool')
    .addOption(
      new Option(
        '--for <purpose>',
        'observe or act; default: what the policy mode of the pool asks for',
      ).choices(['observe', 'act']),
    )
    .addOption(
      new Option('--sql-version <year>', 'SQL Server of the instances').choices(SQL_VERSIONS).default('2016'),
    )
    .action(grants);
}

interface InstanceGrants {
  readonly instance: string;
  readonly login: string;
  readonly rights: readonly { readonly name: string; readonly neededBy: readonly string[] }[];
  readonly script: string;
}
interface PoolGrants {
  readonly pool: string;
  readonly purpose: Purpose;
  readonly sqlVersion: SqlVersion;
  readonly instances: readonly InstanceGrants[];
  readonly shell: { readonly cmdlets: typeof SHELL_RIGHTS; readonly script: string };
}

async function grants(name: string | undefined, options: Options): Promise<void> {
  const settings = await loadSettings(options);
  const pools = await declaredPools(settings, name);
  const found = pools.map((pool) => grantsOf(pool, settings, options));
  const [only] = found;
  print(options, found.length === 1 ? only : found, () => found.map(render).join('\n\n'));
}

function grantsOf({ topology, policy }: DesiredPool, settings: Settings, options: Options): PoolGrants {
  const purpose = options.for ?? (policy.mode === 'act' ? 'act' : 'observe');
  const rights = requiredRights(topology, { purpose, version: options.sqlVersion });
  const instances = [...new Set(rights.map(({ instance }) => instance))];
  return {
    pool: topology.name,
    purpose,
    sqlVersion: options.sqlVersion,
    instances: instances.map((instance) =>
      ofInstance(
        instance,
        loginFor(settings, instance),
        rights.filter((right) => right.instance === instance),
      ),
    ),
    shell: { cmdlets: SHELL_RIGHTS, script: shellScript(serversOf(topology)) },
  };
}

const serversOf = ({ sites }: PoolTopology): readonly string[] =>
  SITES.flatMap((site) => sites[site].servers);

function loginFor(settings: Settings, instance: InstanceName): string {
  const { user, domain } = settings.instance(instance);
  if (user === undefined)
    throw new PoolError('PCO_SETTINGS_INVALID', `the settings name no user for ${instance}`);
  return domain === undefined ? user : `${domain}\\${user}`;
}

const ofInstance = (instance: string, login: string, rights: readonly RequiredRight[]): InstanceGrants => ({
  instance,
  login,
  rights: rights.map(({ name, rows }) => ({
    name,
    neededBy: [...new Set(rows.flatMap(({ statements }) => statements))],
  })),
  script: grantScript(login, rights),
});

const render = ({ pool, purpose, sqlVersion, instances, shell }: PoolGrants): string =>
  [
    `-- ${pool}: rights to ${purpose}, SQL Server ${sqlVersion}. Run each part on its own instance, as sysadmin.`,
    ...instances.map(({ instance, script }) => `\n-- on ${instance}\n${script}`),
    `\n-- management shell\n${shell.script.replaceAll(/^/gm, '-- ')}`,
  ].join('\n');
