/** What the loop reports goes on as spans, where the settings ask for it. Wires; decides nothing. */
import type { Settings } from '../desired-state/parse-settings.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { stepKey } from '../reconciler/step-id.ts';
import { sendTo } from '../tracing/http-send.ts';
import { RoundSpans } from '../tracing/round-spans.ts';
import { SpanExporter, type SendSpans } from '../tracing/span-exporter.ts';
import type { Reporting } from './git-forge.ts';
import type { Log } from './log.ts';
import type { LoopMetrics } from './loop-metrics.ts';
import { readSecret } from './read-secret.ts';

export interface TracingOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Throws PCO_SETTINGS_INVALID when the token is not there: that shall be told at the start. */
export function reportedAsTraces(
  metrics: LoopMetrics,
  settings: Settings['tracing'],
  version: string,
  options: TracingOptions,
): Reporting {
  if (settings === undefined) return { metrics, close: () => Promise.resolve() };
  const { endpoint, token: reference, serviceName } = settings;
  const token = reference === undefined ? undefined : (): string => readSecret(reference).trim();
  token?.();
  return tracedTo(metrics, sendTo({ endpoint, token, service: { name: serviceName, version } }), options);
}

export function tracedTo(
  metrics: LoopMetrics,
  send: SendSpans,
  { clock, random, log }: TracingOptions,
): Reporting {
  const lost = (count: number, problem: string): void => {
    log.warn('spans were lost', { count, problem });
  };
  const exporter = new SpanExporter({ send, clock, lost });
  const spans = new RoundSpans(clock, random, exporter);
  return {
    metrics: {
      ...metrics,
      statusChanged: (status, pool) => {
        metrics.statusChanged(status, pool);
        spans.statusChanged(status);
      },
      stepEnded: (pool, outcome) => {
        metrics.stepEnded(pool, outcome);
        const { step, result, error, durationMs } = outcome;
        spans.stepEnded(pool, { step: stepKey(step), result, code: error?.code, durationMs });
      },
      poolRemoved: (pool) => {
        metrics.poolRemoved(pool);
        spans.poolRemoved(pool);
      },
    },
    close: () => exporter.close(),
  };
}
