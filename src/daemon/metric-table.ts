/**
 * Every metric of the product: name, labels, meaning and when it moves. The registry is built from this table and docs/metrics.md is
 * generated from it; names and labels are public.
 */
import type { Label } from './metric-labels.ts';

export interface MetricRow {
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** With `pool`: the series come and go with the pool. */
  readonly labels: readonly Label[];
  /** What one unit of the value is. */
  readonly unit: string;
  readonly help: string;
  readonly moves: string;
  /** Upper bounds, in the unit; histograms only. */
  readonly buckets?: readonly number[];
}

const ONE_OF = '1: this one; the others 0';
const DECISION = 'with every decision of a round';

// prettier-ignore
export const METRICS = {
  // What is wanted and what is there.
  pchat_drift:                    { type: 'gauge', labels: ['pool', 'field', 'actual'], unit: '1: so; 0: not so', help: 'A field of the pool is not as desired, or could not be seen.', moves: DECISION },
  pchat_variable:                 { type: 'gauge', labels: ['pool', 'variable', 'value'], unit: ONE_OF, help: 'Value of each planner variable; unknown until the first round has ended.', moves: DECISION },
  pchat_condition:                { type: 'gauge', labels: ['pool', 'type', 'status'], unit: ONE_OF, help: 'Status of each condition; unknown until the first round has ended.', moves: DECISION },
  pchat_primary_site:             { type: 'gauge', labels: ['pool', 'site'], unit: ONE_OF, help: 'Site where the service shall live.', moves: 'with an accepted edit of primaryDatacenter' },
  pchat_generation_info:          { type: 'gauge', labels: ['pool', 'generation', 'hash', 'primary_datacenter', 'revision'], unit: 'always 1', help: 'Generation in force; one series per pool at a time.', moves: 'a new series replaces the old one with every accepted change' },
  pchat_generation_observed:      { type: 'gauge', labels: ['pool'], unit: '1: yes; 0: not yet', help: 'Plan and drift were made for the generation in force.', moves: '0 with an accepted change, 1 with the next decision' },
  pchat_desired_state_valid:      { type: 'gauge', labels: [], unit: '1: yes; 0: no', help: 'The last edit that could be read was accepted, all of it.', moves: 'with every edit; keeps its value while the source cannot be reached' },
  pchat_desired_state_reachable:  { type: 'gauge', labels: [], unit: '1: yes; 0: no', help: 'The source of the desired state could be read.', moves: 'with every read that ends otherwise than the one before' },
  pchat_desired_state_current:    { type: 'gauge', labels: ['reason'], unit: ONE_OF, help: 'Is the newest desired state of the source in force; 1 of InForce: all of it.', moves: 'with every read that ends otherwise than the one before' },
  pchat_desired_state_applied_timestamp_seconds: { type: 'gauge', labels: [], unit: 'seconds since 1970 UTC, by the clock of the daemon; 0: never', help: 'When what is in force came into force.', moves: 'with an accepted change' },
  pchat_desired_state_revision_info: { type: 'gauge', labels: ['standing', 'revision'], unit: 'always 1', help: 'Newest commit of the branch and the one in force; one series each.', moves: 'a new series replaces the old one with every commit that is fetched' },
  pchat_git_hooks_total:          { type: 'counter', labels: ['delivery'], unit: 'deliveries', help: 'Deliveries of the forge to /hooks/git.', moves: 'when one has been read; one that is too large is not' },
  pchat_commit_statuses_total:    { type: 'counter', labels: ['report'], unit: 'statuses', help: 'Commit statuses for the forge.', moves: 'when one was sent or given up' },
  pchat_notifications_total:      { type: 'counter', labels: ['receiver', 'notification'], unit: 'messages', help: 'Messages for people.', moves: 'when one was sent or given up' },
  // Plan, permission, steps.
  pchat_plan:                     { type: 'gauge', labels: ['pool', 'kind'], unit: `${ONE_OF}; all 0 before the first round`, help: 'Kind of the present plan.', moves: DECISION },
  pchat_planned_steps:            { type: 'gauge', labels: ['pool'], unit: 'steps', help: 'Steps of the present plan, those of a blocked one included.', moves: DECISION },
  pchat_gate:                     { type: 'gauge', labels: ['pool', 'gate'], unit: `${ONE_OF}; all 0 before the first round`, help: 'What permission says about the present plan.', moves: DECISION },
  pchat_mode:                     { type: 'gauge', labels: ['pool', 'mode'], unit: ONE_OF, help: 'What the policy lets the daemon do.', moves: 'with an accepted edit of policy.mode' },
  pchat_suspended:                { type: 'gauge', labels: ['pool'], unit: '1: yes; 0: no', help: 'A person holds the pool by pchat suspend or pchat cancel, or every pool by pchat stop, whether there is something to do or not.', moves: 'with the round after pchat suspend, cancel, resume, stop or go, or the end of the hold' },
  pchat_open_decisions:           { type: 'gauge', labels: ['pool', 'question'], unit: '1: awaited; 0: not', help: 'Decisions of people that the present plan awaits or that would be a way out.', moves: DECISION },
  pchat_loop_state:               { type: 'gauge', labels: ['pool', 'state'], unit: ONE_OF, help: 'State of the loop of the pool.', moves: 'with every change of it' },
  pchat_last_error:               { type: 'gauge', labels: ['pool', 'code'], unit: `${ONE_OF}; all 0 once a round went well`, help: 'Code of the newest of the failures in a row.', moves: 'when a step or an observation fails, and when a round goes well' },
  pchat_steps_total:              { type: 'counter', labels: ['pool', 'action', 'result'], unit: 'steps', help: 'Steps that ended.', moves: 'when a step ends' },
  pchat_step_duration_seconds:    { type: 'histogram', labels: ['pool', 'action'], unit: 'seconds', help: 'Duration of a step, waiting for its effect included.', moves: 'when a step ends', buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600] },
  // Evidence and loss.
  pchat_evidence:                 { type: 'gauge', labels: ['pool', 'site', 'verdict'], unit: `${ONE_OF}; all 0 before the first round`, help: 'Verdict on the copy of each site.', moves: DECISION },
  pchat_evidence_level:           { type: 'gauge', labels: ['pool', 'site', 'level'], unit: `${ONE_OF} while the verdict is down; all 0 otherwise`, help: 'What the verdict `down` rests on. `proven` is never concluded of a whole site.', moves: DECISION },
  pchat_evidence_silence_seconds: { type: 'gauge', labels: ['pool', 'site'], unit: 'seconds; 0: one answers, or not all were asked; NaN: not observed yet', help: 'Time for which no instance of the site has answered.', moves: DECISION },
  pchat_predicted_loss_seconds:   { type: 'gauge', labels: ['pool'], unit: 'seconds; NaN: cannot be bounded, or not observed yet', help: 'Chat history that the present course loses after all salvage.', moves: DECISION },
  pchat_max_data_loss_seconds:    { type: 'gauge', labels: ['pool'], unit: 'seconds', help: 'Loss that policy.maxDataLoss accepts beforehand; what people accepted by pchat accept-loss is not in it.', moves: 'with an accepted edit of policy.maxDataLoss' },
  pchat_predicted_lost_files:     { type: 'gauge', labels: ['pool'], unit: 'files; NaN: not observed yet', help: 'Log backups that the present course loses for good.', moves: DECISION },
  // Beforehand and afterwards.
  pchat_predicted_duration_seconds: { type: 'gauge', labels: ['pool', 'percentile'], unit: 'seconds; NaN: a step was never measured here, or not observed yet', help: 'What the present plan takes, from the durations that this installation measured.', moves: DECISION },
  pchat_predicted_outage_seconds:   { type: 'gauge', labels: ['pool', 'percentile'], unit: 'seconds; NaN: a step was never measured here, or not observed yet', help: 'How long users cannot chat during the present plan.', moves: DECISION },
  pchat_prediction_ratio:           { type: 'gauge', labels: ['pool', 'span'], unit: 'actual through predicted (p50); NaN: no transition yet, or nothing was predicted', help: 'Error of the prediction of the last transition; 1: as predicted.', moves: 'when a transition ends' },
  pchat_failover_loss_seconds:      { type: 'gauge', labels: ['pool', 'moment'], unit: 'seconds; NaN: not known', help: 'Loss of the last failover, as it was predicted and as it was.', moves: 'when home is seen again after a failover' },
  pchat_ready:                      { type: 'gauge', labels: ['pool', 'answer'], unit: ONE_OF, help: 'Could the service move to the other site now, if the site that serves were lost.', moves: DECISION },
  pchat_ready_outage_seconds:       { type: 'gauge', labels: ['pool', 'percentile'], unit: 'seconds; NaN: not ready, or a step was never measured here', help: 'How long users could not chat then, from the first step on.', moves: DECISION },
  pchat_ready_loss_seconds:         { type: 'gauge', labels: ['pool'], unit: 'seconds; NaN: not ready, or cannot be bounded', help: 'Chat history that would be lost then, after all salvage.', moves: DECISION },
  // Log shipping.
  pchat_log_shipping_lag_seconds:       { type: 'gauge', labels: ['pool', 'stage'], unit: 'seconds; NaN: not seen, or not configured; +Inf: never since it was configured', help: 'Time since log shipping last backed up, copied or restored a log backup, by the clock of the instance that did.', moves: 'with every round' },
  pchat_log_shipping_threshold_seconds: { type: 'gauge', labels: ['pool', 'stage'], unit: 'seconds; NaN: no log shipping is wanted while the service shall live at backup', help: 'Lag that is too long: backupThreshold, restoreThreshold, and three times copyEvery.', moves: 'with an accepted change' },
  pchat_log_shipping_pending_files:     { type: 'gauge', labels: ['pool', 'stage'], unit: 'files; NaN: not known', help: 'Usable log backups that are still to be copied (copy) or applied (restore); there are none of backup.', moves: 'with every round' },
  // What is seen, and what looking costs.
  pchat_last_observation_timestamp_seconds: { type: 'gauge', labels: ['pool'], unit: 'seconds since 1970 UTC, by the clock of the daemon; 0: never', help: 'End of the last round of looking at all sources.', moves: 'with every round, not while a step runs' },
  pchat_rounds_total:             { type: 'counter', labels: ['pool'], unit: 'rounds', help: 'Rounds: one observation, one decision, at most one step.', moves: 'when an observation ends' },
  pchat_observation_duration_seconds: { type: 'histogram', labels: ['pool'], unit: 'seconds', help: 'Duration of one observation of all sources.', moves: 'when an observation ends', buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60] },
  pchat_instance_seen:            { type: 'gauge', labels: ['pool', 'site', 'part'], unit: '1: yes; 0: no', help: 'The instance gave its facts in the last round; 0 until the first round has ended.', moves: 'with every round' },
  pchat_instance_clock_offset_seconds: { type: 'gauge', labels: ['pool', 'site', 'part'], unit: 'seconds; NaN: not seen', help: 'Clock of the instance less that of the daemon; half a round trip of error.', moves: 'with every round' },
  pchat_folder_seen:              { type: 'gauge', labels: ['pool', 'folder'], unit: '1: yes; 0: no', help: 'The folder was listed in the last round; 0 until the first round has ended.', moves: 'with every round' },
  pchat_shell_seen:               { type: 'gauge', labels: ['pool'], unit: '1: yes; 0: no', help: 'The management shell gave the pool state in the last round; 0 until the first round has ended.', moves: 'with every round' },
  pchat_chat_servers_unseen:      { type: 'gauge', labels: ['pool', 'site'], unit: 'servers', help: 'Declared chat servers that gave no facts in the last round; all until the first round has ended.', moves: 'with every round' },
  pchat_unknown_answers_total:    { type: 'counter', labels: ['pool', 'source'], unit: 'answers', help: 'Sources that gave no facts when a round asked.', moves: 'when an observation ends, by each source that is unknown in it' },
  pchat_instance_requests_total:  { type: 'counter', labels: ['pool', 'site', 'part', 'connection'], unit: 'round trips', help: 'Statements sent to the instance, one round trip each; logins are not counted.', moves: 'when a statement is sent' },
  pchat_shell_requests_total:     { type: 'counter', labels: [], unit: 'cmdlets', help: 'Cmdlets sent to the management shell.', moves: 'when a cmdlet is sent' },
  pchat_folder_requests_total:    { type: 'counter', labels: ['operation'], unit: 'requests', help: 'Listings and changes asked of folders.', moves: 'when one is asked' },
  // The daemon.
  pchat_lease_epoch:              { type: 'gauge', labels: [], unit: 'epoch', help: 'Epoch of the lease that this daemon holds.', moves: 'only with another daemon' },
  pchat_http_certificate_expiry_timestamp_seconds: { type: 'gauge', labels: [], unit: 'seconds since 1970 UTC; NaN: plain HTTP', help: 'When the certificate that the HTTP interface serves ends.', moves: 'at the start, and with the first connection after a renewal' },
  pchat_build_info:               { type: 'gauge', labels: ['version', 'node'], unit: 'always 1', help: 'What runs.', moves: 'only with another daemon' },
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricName = keyof typeof METRICS;
type OfType<T extends MetricRow['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends T ? Name : never;
}[MetricName];
/** Gauges of a pool: all of them follow from its status. */
export type PoolGauge = {
  [Name in OfType<'gauge'>]: (typeof METRICS)[Name]['labels'] extends readonly ['pool', ...Label[]]
    ? Name
    : never;
}[OfType<'gauge'>];
export type DaemonGauge = Exclude<OfType<'gauge'>, PoolGauge>;
export type CounterName = OfType<'counter'>;
export type HistogramName = OfType<'histogram'>;

export const metricRows = Object.entries(METRICS) as readonly (readonly [MetricName, MetricRow])[];
