/** The demo pool: home in paris, backup in lyon, a mirrored pair and a witness in each, four chat servers in each. */
import type {
  DesiredPool,
  InstanceName,
  Policy,
  ServerFqdn,
  Site,
  SiteTopology,
} from '../../src/topology/pool-topology.ts';

export const instanceName = (short: string): InstanceName => `${short}.contoso.com` as InstanceName;
export const serverName = (short: string): ServerFqdn => `${short}.contoso.com` as ServerFqdn;

function siteTopology(site: Site, datacenter: string, short: string): SiteTopology {
  const servers = [1, 2, 3, 4].map((number) => serverName(`chat-${short}-${String(number)}`));
  return {
    site,
    datacenter,
    chat: {
      primary: instanceName(`sql-${short}-1`),
      mirror: instanceName(`sql-${short}-2`),
      witness: instanceName(`sql-${short}-w`),
    },
    compliance: undefined,
    servers,
    activeServers: servers,
    quarantineFolder: `\\\\fs-${short}\\quarantine`,
  };
}

export const POLICY: Policy = {
  mode: 'act',
  evidence: 'silent',
  silentAfterMs: 30_000,
  maxDataLossMinutes: 30,
  mirrorBeforeActivation: 'required',
  fenceReturnedCopy: 'act',
  drift: {
    mirroring: 'repair',
    witness: 'repair',
    principal: 'repair',
    jobs: 'repair',
    shipping: 'repair',
    activeServers: 'repair',
    serverObjects: 'repair',
  },
  drainTimeoutMs: 60_000,
  stepTimeoutMs: 120_000,
  stallTimeoutMs: 300_000,
};

export interface DesiredPoolOptions {
  readonly primarySite?: Site;
  readonly policy?: Partial<Policy>;
  readonly name?: string;
  readonly counter?: number;
  /** Where the backup share stands; left out: nobody says. */
  readonly shareSite?: Site;
}

export function desiredPool(options: DesiredPoolOptions = {}): DesiredPool {
  const { counter = 1 } = options;
  return {
    topology: {
      name: options.name ?? 'chat',
      poolFqdn: 'pool.contoso.com',
      poolIdentity: undefined,
      chatDatabase: 'mgc',
      complianceDatabase: 'mgccomp',
      sites: { home: siteTopology('home', 'paris', 'par'), backup: siteTopology('backup', 'lyon', 'lyo') },
      logShipping: {
        share: '\\\\fs01\\mgc-logs',
        shareSite: options.shareSite,
        copyFolder: 'D:\\LSCopy',
        mirroringShare: '\\\\fs01\\mirroring',
        backupEveryMinutes: 15,
        copyEveryMinutes: 15,
        restoreEveryMinutes: 15,
        retentionMinutes: 4_320,
        backupThresholdMinutes: 60,
        restoreThresholdMinutes: 45,
      },
    },
    policy: { ...POLICY, ...options.policy },
    primarySite: options.primarySite ?? 'home',
    generation: { counter, hash: `0123456789a${counter.toString(16)}` },
    origin: 'desired-state.yaml',
    revision: null,
    declared: null,
  };
}
