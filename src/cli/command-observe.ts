/** pchat observe: one look at the world, as facts; what did not answer is unknown, with its reason and age. Changes nothing. */
import type { Command } from 'commander';
import type { PoolFacts } from '../topology/pool-facts.ts';
import { declaredPools, loadSettings, print, withSettings, type SettingsOptions } from './command-options.ts';
import { textTable } from './text-table.ts';

export function register(program: Command): void {
  withSettings(program.command('observe'))
    .description('one look at the world; --output json prints the facts that pchat plan --facts reads')
    .argument('[pool]', 'default: every pool')
    .action(observe);
}

async function observe(name: string | undefined, options: SettingsOptions): Promise<void> {
  const settings = await loadSettings(options);
  const pools = await declaredPools(settings, name);
  const { lookOnce } = await import('./look-once.ts');
  const looks = await lookOnce(settings, pools);
  const facts = looks.map((look) => look.facts);
  const [only] = facts;
  print(options, facts.length === 1 ? only : facts, () => facts.map(renderFacts).join('\n\n'));
}

type Answer = PoolFacts['instances'][string];

function renderFacts(facts: PoolFacts): string {
  const instances = Object.entries(facts.instances).flatMap(([instance, answer]) =>
    instanceRows(instance, answer),
  );
  const sources = [
    ['share', facts.share],
    ['copy folder', facts.copyFolder],
    ['quarantine home', facts.quarantine.home],
    ['quarantine backup', facts.quarantine.backup],
  ] as const;
  const folders = sources.map(([what, answer]) =>
    answer.kind === 'value'
      ? [what, answer.value.path, `${answer.value.files.length} files`]
      : [what, '', `unknown: ${answer.reason}`],
  );
  const { poolState } = facts;
  const state =
    poolState.kind === 'value'
      ? `pool state ${poolState.value.poolState}, active: ${poolState.value.activeServers.join(', ') || 'none'}`
      : `pool state unknown: ${poolState.reason}`;
  return [
    `${facts.pool} at ${facts.observedAt}`,
    textTable(['instance', 'database', 'state', 'mirroring', 'sessions'], instances),
    textTable(['folder', 'path', 'holds'], folders),
    state,
  ].join('\n');
}

function instanceRows(instance: string, answer: Answer): string[][] {
  if (answer.kind === 'unknown') return [[instance, '', `unknown: ${answer.reason}`, '', '']];
  const rows = Object.entries(answer.value.databases).map(([database, { state, mirroring, sessions }]) => [
    instance,
    database,
    state,
    mirroring === 'unknown'
      ? 'unknown'
      : mirroring === null
        ? 'none'
        : `${mirroring.role} ${mirroring.state}`,
    sessions === 'unknown' ? 'unknown' : String(sessions.length),
  ]);
  return rows.length > 0 ? rows : [[instance, '', 'answers', '', '']];
}
