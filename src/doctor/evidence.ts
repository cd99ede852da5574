/** Everything that the checks judge by: gathered once, by reads only. Plain data; what did not answer says why. */
import type { InstanceCheckup } from '../observers/instance-checkup.ts';
import type { InstanceSetup } from '../observers/instance-setup.ts';
import type { PublishedPool } from '../observers/published-pool.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { InstanceName, PoolTopology } from '../topology/pool-topology.ts';

export type Answer<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string };

/** One right, and whether the login that the settings name has it. */
export interface RightAnswer {
  readonly instance: InstanceName;
  /** `role sysadmin`, `VIEW SERVER STATE`. */
  readonly right: string;
  /** null: cannot be told now (a closed database, an instance that does not answer). */
  readonly held: boolean | null;
  /** What is not possible without it. */
  readonly without: string;
  /** T-SQL that grants it, one line. */
  readonly grant: string;
}

/** A file or variable that the settings refer to. */
export interface ReferenceAnswer {
  /** An instance, or `daemon` where it is for all. */
  readonly party: string;
  /** `environment variable PCHAT_SQL_PASSWORD`, `file /etc/pchat/ca.pem`. */
  readonly what: string;
  /** null: it is there. */
  readonly problem: string | null;
}

export interface FolderAnswer {
  /** As SQL Server names it. */
  readonly path: string;
  readonly role: 'share' | 'copyFolder' | 'quarantine' | 'mirroringShare';
  /** As this computer sees it; null: the path map does not hold it. */
  readonly local: string | null;
  /** null: not asked. */
  readonly listed: Answer<{ readonly bytes: number }> | null;
  /** May this process write there; null: not asked. */
  readonly writable: boolean | null;
  readonly freeBytes: number | null;
}

export interface JournalAnswer {
  readonly directory: string;
  /** false: it comes with the first start of the daemon. */
  readonly exists: boolean;
  readonly writable: boolean;
  /** Permission bits; null: this system has none. */
  readonly mode: number | null;
  /** Name of a network file system, or null. */
  readonly network: string | null;
}

export interface HostEvidence {
  readonly node: string;
  /** null: safe. */
  readonly driverProblem: string | null;
  /** What of the desired state was refused beside, one line each. */
  readonly refused: readonly string[];
  readonly references: readonly ReferenceAnswer[];
  readonly journal: JournalAnswer;
  readonly folders: readonly FolderAnswer[];
  readonly shellChannel: 'none' | 'local' | 'ssh' | 'remoting' | 'command';
  /** ms that one look at an instance may take. */
  readonly instanceDeadlineMs: number;
}

/** RESTORE HEADERONLY of the newest log backup, straight from the share, by the instance that restores. */
export interface HeaderTry {
  readonly instance: InstanceName;
  /** null: nothing says that there is a log backup yet. */
  readonly file: string | null;
  readonly answer: Answer<{ readonly database: string }> | null;
}

export interface DoctorEvidence {
  readonly topology: PoolTopology;
  readonly primarySite: 'home' | 'backup';
  readonly facts: PoolFacts;
  readonly setups: ReadonlyMap<InstanceName, Answer<InstanceSetup>>;
  readonly checkups: ReadonlyMap<InstanceName, Answer<InstanceCheckup>>;
  readonly published: Answer<PublishedPool>;
  readonly headerTry: HeaderTry;
  readonly rights: readonly RightAnswer[];
  readonly host: HostEvidence;
}
