/** What the last round saw: a series for each source. Before the first round nothing was seen. Pure. */
import type { Observed } from '../topology/known.ts';
import type { InstanceFacts, PoolFacts } from '../topology/pool-facts.ts';
import { SITES, type PoolTopology } from '../topology/pool-topology.ts';
import { instanceParts } from './instance-parts.ts';
import { SOURCES, type Source } from './metric-labels.ts';
import type { PoolGauge } from './metric-table.ts';
import { single, yesNo, type Sample } from './metric-sample.ts';

type SightGauge = Extract<
  PoolGauge,
  | 'pchat_instance_seen'
  | 'pchat_instance_clock_offset_seconds'
  | 'pchat_folder_seen'
  | 'pchat_shell_seen'
  | 'pchat_chat_servers_unseen'
>;

interface Answer {
  readonly kind: 'value' | 'unknown';
}

const MS_PER_SECOND = 1_000;

const clockOffsetSeconds = (answer: Observed<InstanceFacts> | undefined): number =>
  answer?.kind === 'value' ? answer.value.clockOffsetMs / MS_PER_SECOND : Number.NaN;

const seen = (answer: Answer | undefined): boolean => answer?.kind === 'value';

export function sightSamples(
  topology: PoolTopology,
  facts: PoolFacts | null,
): Readonly<Record<SightGauge, readonly Sample[]>> {
  const folder = (name: string, answer: Answer | undefined): Sample => ({
    labels: { folder: name },
    value: yesNo(seen(answer)),
  });
  return {
    pchat_instance_seen: instanceParts(topology).map(({ instance, site, part }) => ({
      labels: { site, part },
      value: yesNo(seen(facts?.instances[instance])),
    })),
    pchat_instance_clock_offset_seconds: instanceParts(topology).map(({ instance, site, part }) => ({
      labels: { site, part },
      value: clockOffsetSeconds(facts?.instances[instance]),
    })),
    pchat_folder_seen: [
      folder('share', facts?.share),
      folder('copy', facts?.copyFolder),
      folder('quarantine-home', facts?.quarantine.home),
      folder('quarantine-backup', facts?.quarantine.backup),
    ],
    pchat_shell_seen: single(yesNo(seen(facts?.poolState))),
    pchat_chat_servers_unseen: SITES.map((site) => ({
      labels: { site },
      value: topology.sites[site].servers.filter((server) => !seen(facts?.chatServers[server])).length,
    })),
  };
}

/** How many sources of each kind gave no facts. The comparison of both copies is none: most of the time one cannot be read. */
export function unknownAnswers(facts: PoolFacts): Readonly<Record<Source, number>> {
  const answers: Readonly<Record<Source, readonly Answer[]>> = {
    instance: Object.values(facts.instances),
    folder: [facts.share, facts.copyFolder, facts.quarantine.home, facts.quarantine.backup],
    shell: [facts.poolState],
    'chat-server': Object.values(facts.chatServers),
  };
  const counted = SOURCES.map(
    (source) => [source, answers[source].filter((answer) => !seen(answer)).length] as const,
  );
  return Object.fromEntries(counted) as Record<Source, number>;
}
