/** Predictions, readiness and the last accounts as samples; what is not known is NaN. Pure. */
import type { Forecast, Seconds } from '../topology/forecast.ts';
import { ANSWERS, MOMENTS, PERCENTILES, SPANS } from './metric-labels.ts';
import { oneOf, single, type Sample } from './metric-sample.ts';
import type { PoolGauge } from './metric-table.ts';

type ForecastGauge = Extract<
  PoolGauge,
  | `pchat_predicted_${'duration' | 'outage'}_seconds`
  | `pchat_ready${string}`
  | 'pchat_prediction_ratio'
  | 'pchat_failover_loss_seconds'
>;

const SECONDS_PER_MINUTE = 60;

const percentiles = (seconds: Seconds | null | undefined): readonly Sample[] =>
  PERCENTILES.map((percentile) => ({
    labels: { percentile },
    value: (percentile === '50' ? seconds?.p50 : seconds?.p95) ?? Number.NaN,
  }));

const inSeconds = (minutes: number | null | undefined): number =>
  (minutes ?? Number.NaN) * SECONDS_PER_MINUTE;

/** Actual through predicted; no ratio where nothing was predicted, or a prediction of no time at all. */
function ratio(actual: number | null | undefined, predicted: Seconds | null | undefined): number {
  const p50 = predicted?.p50 ?? 0;
  return actual == null || p50 === 0 ? Number.NaN : actual / p50;
}

export function forecastSamples(
  forecast: Forecast | null,
): Readonly<Record<ForecastGauge, readonly Sample[]>> {
  const { prediction, readiness, lastTransition, lastLoss } = forecast ?? {};
  const { predicted, actual } = lastTransition ?? {};
  const ratios = {
    duration: ratio(actual?.durationSeconds, predicted?.duration),
    outage: ratio(actual?.outageSeconds, predicted?.outage),
  };
  const losses = { predicted: lastLoss?.predictedMinutes, actual: lastLoss?.actualMinutes };
  return {
    pchat_predicted_duration_seconds: percentiles(prediction?.duration),
    pchat_predicted_outage_seconds: percentiles(prediction?.outage),
    pchat_prediction_ratio: SPANS.map((span) => ({ labels: { span }, value: ratios[span] })),
    pchat_failover_loss_seconds: MOMENTS.map((moment) => ({
      labels: { moment },
      value: inSeconds(losses[moment]),
    })),
    pchat_ready: oneOf('answer', ANSWERS, readiness?.answer ?? 'unknown'),
    pchat_ready_outage_seconds: percentiles(readiness?.outage),
    pchat_ready_loss_seconds: single(inSeconds(readiness?.lossMinutes)),
  };
}
