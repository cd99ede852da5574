/** Asks the management shell and the SQL Server instances what they say of a pool; who does not answer is told, never waited for twice. */
import { adoptPool, storesToAsk, type AdoptInput, type AdoptedPool } from '../adoption/adopt-pool.ts';
import type { Settings } from '../desired-state/parse-settings.ts';
import { observeInstanceSetup, type InstanceSetup } from '../observers/instance-setup.ts';
import { observePublishedPool, type PublishedPool } from '../observers/published-pool.ts';
import type { ManagementShell } from '../ports/management-shell.ts';
import type { SqlInstances } from '../ports/sql-connection.ts';
import { PoolError, toPoolError } from '../topology/pool-error.ts';
import type { InstanceName } from '../topology/pool-topology.ts';

export interface AdoptRequest extends Pick<AdoptInput, 'named' | 'choices'> {
  readonly chatDatabase: string;
  readonly signal: AbortSignal;
  /** What could not be asked, one sentence. */
  readonly onNote: (text: string) => void;
}

export interface EstatePorts {
  readonly sql: SqlInstances;
  readonly shell: ManagementShell;
}
/** ms for one statement, and for one cmdlet. */
export type AskDeadlines = Pick<Settings['deadlines'], 'instance' | 'shell'>;

/** Throws PCO_USAGE when neither topology nor command line names an instance, or the topology has several pools. */
export async function adoptEstate(
  ports: EstatePorts,
  deadlines: AskDeadlines,
  request: AdoptRequest,
): Promise<AdoptedPool> {
  const { named, choices } = request;
  const published = await publishedPool(ports.shell, deadlines, request);
  const stores = storesToAsk({ published, named });
  if (stores.length === 0)
    throw new PoolError('PCO_USAGE', 'nobody says which SQL Server instances the pool has', {
      hint: 'name a management shell in the settings, or the instances with --home and --backup',
    });
  const answers = stores.map(
    async (instance) => [instance, await setupOf(ports.sql, instance, deadlines, request)] as const,
  );
  return adoptPool({ published, named, choices, setups: new Map(await Promise.all(answers)) });
}

/** A text: the code of why it did not answer. */
async function setupOf(
  sql: SqlInstances,
  instance: InstanceName,
  { instance: deadlineMs }: AskDeadlines,
  { chatDatabase, signal, onNote }: AdoptRequest,
): Promise<InstanceSetup | string> {
  try {
    return await observeInstanceSetup(sql, instance, chatDatabase, { signal, deadlineMs });
  } catch (error) {
    const { code, message } = toPoolError(error);
    onNote(`${instance} did not answer: ${code}: ${message}`);
    return code;
  }
}

async function publishedPool(
  shell: ManagementShell,
  { shell: deadlineMs }: AskDeadlines,
  { choices, signal, onNote }: AdoptRequest,
): Promise<PublishedPool | undefined> {
  try {
    return await observePublishedPool(shell, choices.poolFqdn, { signal, deadlineMs });
  } catch (error) {
    const { code, message } = toPoolError(error);
    if (code === 'PCO_USAGE') throw error;
    onNote(`the topology was not read: ${code}: ${message}`);
    return undefined;
  }
}
