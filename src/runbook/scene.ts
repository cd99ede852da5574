/** What one step's written form is made from, and what every row of the table asks of it. Pure. */
import { joinPath } from '../actuators/file-names.ts';
import { seenInstance, servingInstance } from '../actuators/serving-instance.ts';
import type { SqlStatement } from '../ports/sql-connection.ts';
import type { PlannedStep } from '../reconciler/plan.ts';
import { stopOnOtherServer, stopUnlessRc0 } from '../statements/guard-batch.ts';
import type { DatabaseFacts, InstanceFacts, PoolFacts } from '../topology/pool-facts.ts';
import type { DesiredPool, InstanceName, Site } from '../topology/pool-topology.ts';
import type { Part } from './part.ts';

export interface Scene {
  readonly pool: DesiredPool;
  readonly facts: PoolFacts;
  readonly step: PlannedStep;
  /** The steps before this one, as `action:target`: what they do is taken as done. */
  readonly before: ReadonlySet<string>;
  /** Of the observation, `yyyymmddhhmmss` in UTC: what this runbook writes carries it. */
  readonly stamp: string;
}

export const databaseOf = ({ pool }: Scene): string => pool.topology.chatDatabase;

export const serving = ({ facts, pool }: Scene, site: Site): InstanceName =>
  servingInstance(facts, pool.topology, site);

export const seen = ({ facts }: Scene, instance: InstanceName): InstanceFacts | undefined =>
  seenInstance(facts, instance);

export const copyAt = (scene: Scene, instance: InstanceName): DatabaseFacts | undefined =>
  seen(scene, instance)?.databases[databaseOf(scene)];

/** SERVERPROPERTY('ServerName'); of an instance that was not seen, the name it is called by. */
export const serverNameOf = (scene: Scene, instance: InstanceName): string =>
  seen(scene, instance)?.serverName ?? instance;

export const siteOfStep = ({ step }: Scene): Site => (step.target === 'backup' ? 'backup' : 'home');

/** A file that this runbook itself writes: known beforehand, and found again by its name. */
export const ownFile = (scene: Scene, folder: string, purpose: string, extension: 'bak' | 'trn'): string =>
  joinPath(
    folder,
    `${databaseOf(scene).replace(/[^\p{L}\p{N}._-]/gu, '_')}_${purpose}_${scene.stamp}_runbook.${extension}`,
  );

export const share = ({ pool }: Scene): string => pool.topology.logShipping.share;

/** How every call of a procedure in src/statements ends. */
const ANSWERS_RC = 'SELECT @rc AS rc;';

/** One batch on an instance; it begins with the look at who answers, where the instance was seen. */
export function sql(
  scene: Scene,
  instance: InstanceName,
  title: string,
  statements: readonly SqlStatement[],
  expected: string,
  kind: 'sql' | 'check' = 'sql',
): Part {
  const observed = seen(scene, instance)?.serverName;
  const first = observed === undefined ? [] : [stopOnOtherServer(observed)];
  const last = statements.some(({ text }) => text.endsWith(ANSWERS_RC)) ? [stopUnlessRc0] : [];
  return { kind, instance, title, statements: [...first, ...statements, ...last], expected };
}

export const check = (
  scene: Scene,
  instance: InstanceName,
  title: string,
  statements: readonly SqlStatement[],
  expected: string,
): Part => sql(scene, instance, title, statements, expected, 'check');
