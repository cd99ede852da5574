/** What people can be told of directly: the events of a notification, as the settings name them. docs/notifications.md explains each. */
export type Severity = 'critical' | 'warning' | 'info';

interface EventRow {
  readonly severity: Severity;
  /** ms that it must stand before anybody is told. */
  readonly afterMs: number;
  readonly meaning: string;
  /** Of an entry of the Windows event log; stays what it is, for others filter by it. */
  readonly eventId: number;
}

const MINUTE_MS = 60_000;

// prettier-ignore
export const NOTICE_EVENTS = {
  'stalled':            { severity: 'critical', eventId: 1001, afterMs: 0,              meaning: 'a step keeps failing and a person must look' },
  'blocked':            { severity: 'warning',  eventId: 1002, afterMs: MINUTE_MS,      meaning: 'no plan reaches what is desired' },
  'awaiting-approval':  { severity: 'warning',  eventId: 1003, afterMs: 0,              meaning: 'the plan awaits a decision of a person' },
  'not-observed':       { severity: 'warning',  eventId: 1004, afterMs: 5 * MINUTE_MS,  meaning: 'something of the pool cannot be seen' },
  'unprotected':        { severity: 'warning',  eventId: 1005, afterMs: 15 * MINUTE_MS, meaning: 'users write to a copy without a working mirror' },
  'central-management': { severity: 'warning',  eventId: 1006, afterMs: 5 * MINUTE_MS,  meaning: 'the Central Management Store cannot be written' },
  'desired-state':      { severity: 'warning',  eventId: 1007, afterMs: 0,              meaning: 'the newest desired state is not in force, or cannot be read' },
  'break-glass':        { severity: 'warning',  eventId: 1008, afterMs: 0,              meaning: 'a local desired state outranks the source' },
  'suspended':          { severity: 'info',     eventId: 1009, afterMs: 0,              meaning: 'a person holds the pool, or every pool' },
  'transition':         { severity: 'info',     eventId: 1010, afterMs: 0,              meaning: 'steps run; it ends when the pool is as desired' },
  'drift':              { severity: 'info',     eventId: 1011, afterMs: MINUTE_MS,      meaning: 'the pool is not as desired, whatever the reason' },
} as const satisfies Readonly<Record<string, EventRow>>;

/** Of the entry that says that more are held back. */
export const HELD_BACK_EVENT_ID = 1000;

export type NoticeEvent = keyof typeof NOTICE_EVENTS;
export const noticeEvents = Object.keys(NOTICE_EVENTS) as readonly NoticeEvent[];

export const RECEIVER_KINDS = ['webhook', 'slack', 'teams', 'smtp', 'event-log'] as const;
export type ReceiverKind = (typeof RECEIVER_KINDS)[number];
