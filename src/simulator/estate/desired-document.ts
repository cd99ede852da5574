/** The desired-state document that describes a simulated estate, as an administrator would write it. Text only. */
import type { EstateOptions, EstateSite } from './estate-options.ts';

export interface DesiredDocumentOptions {
  /** Datacenter where the service shall live, for example `paris`. */
  readonly primaryDatacenter: string;
  readonly mode: 'observe' | 'propose' | 'act';
  /** Durations as the document spells them. */
  readonly silentAfter: string;
  readonly maxDataLoss: string;
  readonly drainTimeout: string;
  readonly stepTimeout: string;
  /** Left out: the line is not in the document. */
  readonly failback?: 'documented' | 'minimal' | undefined;
}

/** Everything in the estate runs `factor` times faster than the clock on the wall; the daemon's policy must keep up. */
export const DEFAULT_DOCUMENT: DesiredDocumentOptions = {
  primaryDatacenter: 'paris',
  mode: 'act',
  silentAfter: '2m',
  maxDataLoss: '60m',
  drainTimeout: '1m',
  stepTimeout: '10m',
};

const POOL_NAME = 'contoso-chat';

function datacenter(options: EstateOptions, site: EstateSite): string {
  const {
    datacenter: name,
    primary,
    mirror,
    witness,
    chatServers,
    quarantineFolder,
    mirroringShare,
  } = options.sites[site];
  const role = site === 'home' ? 'primary-store' : 'backup-store';
  const witnessLine = witness === undefined ? '' : `          witness: ${witness.name}\n`;
  const compliance = options.compliance
    ? `        compliance:\n          primary: ${primary.name}\n          mirror: ${mirror?.name ?? 'none'}\n${witnessLine}`
    : '';
  return `      ${name}:
        role: ${role}
        sql:
          primary: ${primary.name}
          mirror: ${mirror?.name ?? 'none'}
${witnessLine}${compliance}        servers: &${name}
${chatServers.map((server) => `          - ${server}\n`).join('')}        activeServers: *${name}
        quarantineFolder: ${quarantineFolder}
${mirroringShare === undefined ? '' : `        mirroringShare: ${mirroringShare}\n`}`;
}

export function desiredDocument(
  estate: EstateOptions,
  options: Partial<DesiredDocumentOptions> = {},
): string {
  const { primaryDatacenter, mode, silentAfter, maxDataLoss, drainTimeout, stepTimeout, failback } = {
    ...DEFAULT_DOCUMENT,
    ...options,
  };
  return `# The simulated estate's pool. Edit primaryDatacenter and save: the daemon moves the pool.
pools:
  - name: ${POOL_NAME}
    poolFqdn: ${estate.poolFqdn}
    primaryDatacenter: ${primaryDatacenter}
    datacenters:
${datacenter(estate, 'home')}${datacenter(estate, 'backup')}    logShipping:
      share: ${estate.share}
      shareDatacenter: ${estate.sites[estate.shareSite].datacenter}
      copyFolder: ${estate.copyFolder}
      mirroringShare: ${estate.mirroringShare}
      backupEvery: ${estate.backupEveryMinutes}m
      copyEvery: ${estate.copyEveryMinutes}m
      restoreEvery: ${estate.restoreEveryMinutes}m
    policy:
      mode: ${mode}
      evidence: silent
      silentAfter: ${silentAfter}
      maxDataLoss: ${maxDataLoss}
      drainTimeout: ${drainTimeout}
      stepTimeout: ${stepTimeout}
${failback === undefined ? '' : `      failback: ${failback}\n`}`;
}

/** The same document with another datacenter: exactly the one line that an administrator edits. */
export function withPrimaryDatacenter(document: string, datacenterName: string): string {
  return document.replace(/^( +primaryDatacenter: ).*$/m, `$1${datacenterName}`);
}
