/** What the loop reports goes on to those who listen to the stream of events. Wires; decides nothing. */
import type { EventStream } from '../http/event-stream.ts';
import type { LoopMetrics } from './loop-metrics.ts';

export const reportedToStream = (metrics: LoopMetrics, events: EventStream): LoopMetrics => ({
  ...metrics,
  statusChanged: (status, pool) => {
    metrics.statusChanged(status, pool);
    events.poolChanged(status);
  },
  progressed: (pool, running) => {
    metrics.progressed(pool, running);
    events.progressed(pool, running);
  },
  sourceChanged: (view) => {
    metrics.sourceChanged(view);
    events.sourceChanged();
  },
  poolRemoved: (pool) => {
    metrics.poolRemoved(pool);
    events.poolRemoved(pool);
  },
});
