import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../src/daemon/metrics.ts';
import { SourceStatus } from '../../src/daemon/source-status.ts';
import type { DesiredEvent } from '../../src/ports/desired-source.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { SOURCE_REASONS, type SourceReason } from '../../src/reconciler/pool-status.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { renderStatus } from '../../src/cli/render-status.ts';

const START = '2026-11-24T02:00:00.000Z';
const pools = [desiredPool()];
const EVENTS: readonly (readonly [SourceReason, 'True' | 'False' | 'Unknown', DesiredEvent])[] = [
  ['InForce', 'True', { kind: 'accepted', pools, findings: [], attempted: 'c1' }],
  ['PartlyInvalid', 'False', { kind: 'accepted', pools, findings: ['b.yaml:1:1: no'], attempted: 'c2' }],
  [
    'Invalid',
    'False',
    {
      kind: 'rejected',
      pools,
      findings: ['no'],
      error: new PoolError('PCO_DESIRED_INVALID', 'no'),
      attempted: 'c3',
    },
  ],
  [
    'CommitRefused',
    'False',
    {
      kind: 'rejected',
      pools,
      findings: ['no'],
      error: new PoolError('PCO_COMMIT_REFUSED', 'no'),
      attempted: 'c4',
    },
  ],
  [
    'Unreachable',
    'Unknown',
    {
      kind: 'unreachable',
      pools,
      findings: ['away'],
      error: new PoolError('PCO_SOURCE_UNREACHABLE', 'away'),
    },
  ],
];
const inForce: DesiredEvent = { kind: 'accepted', pools, findings: [], attempted: 'c1' };

async function metricLines(status: SourceStatus, name: string): Promise<readonly string[]> {
  const metrics = createMetrics({ version: '1', node: 'v24', epoch: 1 });
  metrics.sourceChanged(status.view());
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => line.startsWith(name) && line.endsWith(' 1'));
}

describe('the condition of the source', () => {
  test('is unknown until it was read', () => {
    const status = new SourceStatus(new SimulatedClock(Date.parse(START)), []);
    expect(status.view()).toEqual({
      attempted: null,
      applied: null,
      appliedAt: null,
      ageSeconds: null,
      condition: {
        status: 'Unknown',
        reason: 'NotRead',
        message: 'The source was not read yet.',
        since: START,
      },
    });
  });

  test.each(EVENTS)('is %s (%s) by what was read, in status and metrics', async (reason, verdict, event) => {
    const status = new SourceStatus(new SimulatedClock(Date.parse(START)), []);
    status.told(event);
    expect(status.view().condition).toMatchObject({
      reason,
      status: verdict,
      message: event.findings.join('\n'),
    });
    expect(await metricLines(status, 'pchat_desired_state_current')).toEqual([
      `pchat_desired_state_current{reason="${reason}"} 1`,
    ]);
  });

  test('has every reason that is exported', () => {
    expect([...EVENTS.map(([reason]) => reason), 'NotRead'].sort()).toEqual([...SOURCE_REASONS].sort());
  });

  test('is raised by what is refused, which leaves the applied commit and its age, and cleared by the next good one', async () => {
    const clock = new SimulatedClock(Date.parse(START));
    const status = new SourceStatus(clock, []);
    expect(status.told(inForce)).toBe(true);
    expect(status.told(inForce)).toBe(false);
    for (const [reason, , event] of EVENTS.slice(1)) {
      expect(status.told(event), reason).toBe(true);
      expect(status.view()).toMatchObject({ applied: 'c1', appliedAt: START });
    }
    expect(status.view().attempted).toBe('c4');
    expect(await metricLines(status, 'pchat_desired_state_revision_info')).toEqual([
      'pchat_desired_state_revision_info{standing="attempted",revision="c4"} 1',
      'pchat_desired_state_revision_info{standing="applied",revision="c1"} 1',
    ]);
    status.told({ ...inForce, attempted: 'c5' });
    expect(status.view()).toMatchObject({ attempted: 'c5', applied: 'c5', condition: { status: 'True' } });
  });

  test('knows after a restart what an earlier start accepted, and since when', () => {
    const revision = { commit: 'c0', author: 'Ann', subject: 's', at: START };
    const record = { kind: 'generation', at: START, revision } as unknown as JournalRecord;
    const clock = new SimulatedClock(Date.parse(START) + 7_200_000);
    const status = new SourceStatus(clock, [record]);
    const event = EVENTS.at(-1)?.[2] ?? inForce;
    status.told(event);
    expect(status.view()).toMatchObject({ applied: 'c0', appliedAt: START, ageSeconds: 7_200 });
    expect(
      renderStatus({
        version: '1',
        pid: 1,
        epoch: 1,
        startedAt: START,
        desiredStateProblems: [],
        desiredStateReachable: false,
        desiredSource: status.view(),
        pools: [],
      }).split('\n')[0],
    ).toBe(
      `desired state: Unreachable since 2026-11-24T04:00:00.000Z; last good one: commit c0 of ${START}, in force for 2.0 h`,
    );
  });
});
