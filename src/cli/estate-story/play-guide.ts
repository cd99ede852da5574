/** What a person in front of a running estate wants to know: where it listens, what to edit, what to type. Text only. */
import path from 'node:path';
import { tsqlCommand } from './freetds-conf.ts';
import type { Playground } from './playground.ts';

/** Works from a clone, where no `pchat` is on the path. */
const PCHAT = 'npm run -s pchat --';
const DEFAULT_FOLDER = '.estate';

/** The shortest name that works from here. */
function shown(directory: string): string {
  const relative = path.relative(process.cwd(), directory);
  return relative === '' || relative.startsWith('..') ? directory : relative;
}

export function describePlayground({
  directory,
  estate,
  documents,
}: Playground): Readonly<Record<string, unknown>> {
  return {
    directory,
    ...documents,
    instances: estate.instances,
    controlPort: estate.controlPort,
    caFile: estate.caFile,
    passwordFile: estate.passwordFile,
  };
}

const row = (label: string, text: string): string => `  ${label.padEnd(9)}${text}`;

function instanceRows({ estate }: Playground): readonly string[] {
  const { sites } = estate.state().options;
  return (['home', 'backup'] as const).map((site) => {
    const { datacenter, primary, mirror, witness } = sites[site];
    const ports = [primary, mirror, witness]
      .flatMap((instance) => (instance === undefined ? [] : [instance.name]))
      .map((name) => `${name} :${String(estate.instances[name]?.port ?? '-')}`);
    return row(datacenter, `(${site}) ${ports.join(', ')}`);
  });
}

/** What works with and without a daemon. */
export function estateGuide(playground: Playground): string {
  const folder = shown(playground.directory);
  const named = folder === DEFAULT_FOLDER ? '' : ` --directory ${folder}`;
  const { backup } = playground.estate.state().options.sites;
  return [
    'The estate runs on 127.0.0.1:',
    ...instanceRows(playground),
    row('break', `${PCHAT} estate fault "down site home"${named}`),
    row('', `${PCHAT} estate fault help${named}     prints every fault`),
    row('look', `${PCHAT} estate status${named}`),
    row('log in', tsqlCommand(folder, backup.primary.name)),
  ].join('\n');
}

/** What the daemon adds. */
export function daemonGuide({ directory, estate, documents }: Playground): string {
  const { home, backup } = estate.state().options.sites;
  const settings = shown(documents.settingsFile);
  return [
    `The daemon keeps the pool as ${shown(documents.desiredFile)} says; its log is ${shown(directory)}/daemon.log:`,
    row(
      'edit',
      `${shown(documents.desiredFile)}     primaryDatacenter: ${home.datacenter} | ${backup.datacenter}`,
    ),
    row('watch', `${PCHAT} status --settings ${settings} --watch`),
    row('plan', `${PCHAT} plan --settings ${settings}`),
  ].join('\n');
}
