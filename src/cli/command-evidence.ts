/** pchat evidence: does each site's copy live, by which signs, how old they are and who gave them; from the running daemon. */
import type { Command } from 'commander';
import { PoolError } from '../topology/pool-error.ts';
import {
  print,
  withServer,
  withSettings,
  type ServerOptions,
  type SettingsOptions,
} from './command-options.ts';
import { daemonOf } from './daemon-client.ts';
import { renderWholeEvidence } from './render-evidence.ts';

export function register(program: Command): void {
  withServer(withSettings(program.command('evidence')))
    .description(
      'the verdict on the copy of each site, every sign with age and source, and what would change it',
    )
    .argument('[pool]', 'default: every pool')
    .action(showEvidence);
}

async function showEvidence(
  name: string | undefined,
  options: SettingsOptions & ServerOptions,
): Promise<void> {
  const daemon = await daemonOf(options);
  const { pools } = await daemon.status();
  const asked = pools.filter(({ pool }) => name === undefined || pool === name);
  if (asked.length === 0) throw new PoolError('PCO_USAGE', `the daemon has no pool ${name ?? ''}`);
  const told = asked.map(({ pool, observedAt, datacenters, evidence }) => ({
    pool,
    observedAt,
    datacenters,
    evidence,
  }));
  print(options, told, () =>
    told
      .map(({ pool, observedAt, datacenters, evidence }) =>
        evidence === null
          ? `${pool}: not observed yet`
          : `${pool} at ${observedAt ?? ''}\n${renderWholeEvidence(evidence, datacenters)}`,
      )
      .join('\n\n'),
  );
}
