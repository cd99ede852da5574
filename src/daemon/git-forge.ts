/** The forge's side of a Git source: deliveries that wake the fetch. Wires; decides nothing. */
import { createGitHook } from '../desired-state/git-hook.ts';
import type { SourceSettings } from '../desired-state/parse-settings.ts';
import type { HookRoute } from '../http/git-hook-route.ts';
import type { Clock } from '../ports/clock.ts';
import type { HookResult } from '../ports/git-hook.ts';
import type { Log } from './log.ts';
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
