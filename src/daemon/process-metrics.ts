/** What the daemon's process costs: a few of prom-client's own metrics, those whose names follow Prometheus' conventions. */
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Some fill in others when they are read: the first of each line does. */
const PROCESS_METRICS = [
  ['process_cpu_user_seconds_total', 'process_cpu_system_seconds_total', 'process_cpu_seconds_total'],
  ['process_resident_memory_bytes', 'process_virtual_memory_bytes', 'process_heap_bytes'],
  ['nodejs_eventloop_lag_seconds', 'nodejs_eventloop_lag_p50_seconds', 'nodejs_eventloop_lag_p99_seconds'],
  ['nodejs_heap_size_total_bytes', 'nodejs_heap_size_used_bytes'],
  ['process_start_time_seconds'],
  ['process_open_fds'],
] as const;

/** Ten looks a second at the event loop instead of a hundred. */
const LAG_PRECISION_MS = 100;

/** Some are not there on every system. Measures until the process ends, without keeping it alive. */
export function addProcessMetrics(registry: Registry): void {
  const all = new Registry();
  collectDefaultMetrics({ register: all, eventLoopMonitoringPrecision: LAG_PRECISION_MS });
  for (const name of PROCESS_METRICS.flat()) {
    const metric = all.getSingleMetric(name);
    if (metric !== undefined) registry.registerMetric(metric);
  }
}
