/** For each rule of judge-protection.ts a vector in which it is broken, and its neighbour in which it is kept. Pure. */
import { CONVERGED_HOME } from '../../src/reconciler/route-starts.ts';
import type { Vector } from '../../src/reconciler/variables.ts';
import { desiredPool } from '../../test/support/desired-pool.ts';
import { givenUpTooEarly, PROTECTION_RULES } from './judge-protection.ts';

const { policy } = desiredPool({ policy: { mirrorBeforeActivation: 'required' } });
const fenced: Partial<Vector> = { 'home.mgc': 'restoring', 'home.cannotWrite': 'yes' };

/** By the beginning of what the rule says. */
export const PROTECTION_CASES: Readonly<
  Record<string, readonly [broken: Partial<Vector>, kept: Partial<Vector>]>
> = {
  'log shipping was removed': [{}, { ...fenced, current: 'both' }],
  'the copy job went': [
    { copying: 'job', 'share.uncopied': 'some', ...fenced },
    { copying: 'job', ...fenced },
  ],
  'the backup copy was opened while clients': [
    { 'home.cannotWrite': 'no', active: 'home' },
    { 'home.cannotWrite': 'yes', active: 'home' },
  ],
  'the backup copy was opened under': [
    { 'shipping.secondary': 'paused' },
    { 'shipping.secondary': 'absent' },
  ],
  'servers were sent to a backup copy that is not open': [
    { 'backup.mgc': 'restoring' },
    { 'backup.mgc': 'online' },
  ],
  'servers of the backup site were made active': [{ poolState: 'normal' }, { poolState: 'failedOver' }],
  'the full backup of a failback was taken under': [
    { 'backup.sessions': 'some' },
    { 'backup.sessions': 'none' },
  ],
  'a full backup was taken although': [{ 'shipping.back': 'level' }, { 'shipping.back': 'no' }],
  'home was restored in full although': [{ 'shipping.back': 'pending' }, { 'shipping.back': 'no' }],
  'home was overwritten under': [{ 'home.sessions': 'some' }, { 'home.sessions': 'none' }],
  'backup was closed by its tail while a job': [
    { 'shipping.secondary': 'partial' },
    { 'shipping.secondary': 'paused' },
  ],
  'log backups were let go on': [{ 'home.mgc': 'restoring' }, { 'home.mgc': 'online' }],
  'backup was closed by its tail while chat': [{ active: 'backup' }, { active: 'none' }],
  'backup was closed by its tail under': [{ 'backup.sessions': 'some' }, { 'backup.sessions': 'none' }],
  'log shipping was brought to an end for': [{ current: 'backup' }, { current: 'both' }],
  'log shipping was brought to an end that': [{ 'shipping.follows': 'no' }, { 'shipping.follows': 'yes' }],
  'jobs of log shipping were let go on while': [{ 'home.mgc': 'restoring' }, { 'home.mgc': 'online' }],
  'jobs of log shipping were let go on where': [{ 'shipping.follows': 'no' }, { 'shipping.follows': 'yes' }],
  'a secondary was configured where': [{ 'shipping.follows': 'no' }, { 'shipping.follows': 'yes' }],
  'log backups were configured again': [{ current: 'backup' }, { current: 'home' }],
  'shipping was configured again from': [{ current: 'backup' }, { current: 'home' }],
  'log backups that stand still on purpose': [
    { 'home.logBackups': 'stopped' },
    { 'home.logBackups': 'jobless' },
  ],
  'home was opened while log backups': [{ 'shipping.back': 'pending' }, { 'shipping.back': 'level' }],
  'log backups were restored': [{ 'shipping.secondary': 'partial' }, { 'shipping.secondary': 'paused' }],
  'the backup copy was recovered': [{ 'shipping.secondary': 'paused' }, { 'shipping.secondary': 'absent' }],
  'a copy was recovered': [{ current: 'home' }, { current: 'both' }],
  'servers were made active on': [{ 'backup.mirror': 'none' }, { 'backup.mirror': 'healthy' }],
  'servers were sent to a backup copy that is not the newest': [{ current: 'home' }, { current: 'backup' }],
  'servers were sent to a home copy': [{ current: 'backup' }, { current: 'both' }],
  'the pool was pointed to a backup copy': [{ current: 'home' }, { current: 'backup' }],
  'the pool was pointed to a home copy': [{ current: 'backup' }, { current: 'home' }],
  'the pool was pointed home while the backup copy': [
    { 'backup.cannotWrite': 'no' },
    { 'backup.cannotWrite': 'yes' },
  ],
  'the pool was pointed home while servers': [{ active: 'backup' }, { active: 'none' }],
  'the full backup of a failback was taken while': [{ active: 'backup' }, { active: 'none' }],
  'the full backup of a failback was taken of': [{ current: 'home' }, { current: 'backup' }],
  'home was overwritten while': [{ active: 'home' }, { active: 'none' }],
  'the newest copy was overwritten at home': [{ current: 'home' }, { current: 'backup' }],
  'the newest copy was overwritten at backup': [{ current: 'backup' }, { current: 'home' }],
  'home was closed by its tail under': [{ 'home.sessions': 'some' }, { 'home.sessions': 'none' }],
  'home was closed by its tail while a job': [
    { 'shipping.secondary': 'running' },
    { 'shipping.secondary': 'paused' },
  ],
  'home was closed by its tail while chat': [{ active: 'home' }, { active: 'none' }],
  'log backups were stopped': [{ active: 'home' }, { active: 'none' }],
  'log backups were resumed': [{ current: 'backup' }, { current: 'home' }],
  'a copy that is not the newest was mirrored over its partner at home': [
    { current: 'backup' },
    { current: 'home' },
  ],
  'a copy that is not the newest was mirrored over its partner at backup': [
    { current: 'home' },
    { current: 'backup' },
  ],
  'home was opened while the backup': [{ 'backup.cannotWrite': 'no' }, { 'backup.cannotWrite': 'yes' }],
  'the copy that serves alone was fenced at home': [{ current: 'home' }, { current: 'backup' }],
  'the copy that serves alone was fenced at backup': [{ current: 'backup' }, { current: 'home' }],
};

/** What is wrong with the rule whose words begin so; empty: it is seen broken where it is, and not otherwise. */
export function problemsOf(start: string): readonly string[] {
  const [broken = {}, kept = {}] = PROTECTION_CASES[start] ?? [];
  const rule = PROTECTION_RULES.find(({ says }) => says.startsWith(start));
  if (rule === undefined) return [`no rule says: ${start}`];
  const told = (vector: Partial<Vector>): boolean =>
    givenUpTooEarly(rule.step, { ...CONVERGED_HOME, ...vector }, policy, false).includes(rule.says);
  return [
    ...(told(broken) ? [] : [`not seen: ${rule.says}`]),
    ...(told(kept) ? [`seen where it is kept: ${rule.says}`] : []),
  ];
}
