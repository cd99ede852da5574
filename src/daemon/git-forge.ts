/** The forge's side of a Git source: deliveries that wake the fetch, commit statuses that go back. Wires; decides nothing. */
import { createGitHook } from '../desired-state/git-hook.ts';
import type { SourceSettings } from '../desired-state/parse-settings.ts';
import type { HookRoute } from '../http/git-hook-route.ts';
import type { Clock } from '../ports/clock.ts';
import type { HookResult } from '../ports/git-hook.ts';
import { CommitReporter, type CommitReporterOptions } from './commit-reporter.ts';
import { poolCommitStatus, sourceCommitStatus } from './commit-status.ts';
import type { Log } from './log.ts';
import type { LoopMetrics } from './loop-metrics.ts';
import { readSecret } from './read-secret.ts';

export interface ForgeOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Reads the source now. */
  readonly wake: () => void;
  readonly count: (result: HookResult) => void;
}

/** undefined: no forge may say anything. */
export function hookRouteOf(source: SourceSettings, options: ForgeOptions): HookRoute | undefined {
  if (source.kind !== 'git' || source.webhook === undefined) return undefined;
  const { branch, webhook } = source;
  const { clock, log, wake, count } = options;
  const secret = (): string => readSecret(webhook.secret);
  // A secret that is not there shall be told at the start, not with the first push.
  secret();
  return {
    hook: createGitHook({ ...webhook, branch, secret, clock, wake }),
    onResult: (result) => {
      count(result);
      log.debug('delivery of the forge', { result });
    },
  };
}

export interface Reporting {
  readonly metrics: LoopMetrics;
  close(): Promise<void>;
}

/** What the loop reports goes on to `metrics`, and to the forge where the settings ask for it. */
export function reportedToForge(
  metrics: LoopMetrics,
  source: SourceSettings,
  options: Pick<CommitReporterOptions, 'clock' | 'log' | 'count'>,
): Reporting {
  if (source.kind !== 'git' || source.status === undefined)
    return { metrics, close: () => Promise.resolve() };
  const settings = source.status;
  const { context } = settings;
  const token = (): string => readSecret(settings.token);
  // A token that is not there shall be told at the start.
  token();
  const reporter = new CommitReporter({ ...options, settings, token });
  return {
    metrics: {
      ...metrics,
      statusChanged: (status, pool) => {
        metrics.statusChanged(status, pool);
        reporter.tell(poolCommitStatus(status, context));
      },
      sourceChanged: (view) => {
        metrics.sourceChanged(view);
        reporter.tell(sourceCommitStatus(view, context));
      },
    },
    close: () => reporter.close(),
  };
}
