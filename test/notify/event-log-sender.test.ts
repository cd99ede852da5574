import { describe, expect, test } from 'vitest';
import { eventLogEntry, eventLogSender } from '../../src/notify/event-log-sender.ts';
import type { Answer } from '../../src/notify/receiver.ts';
import type { CmdletRequest } from '../../src/ports/management-shell.ts';
import { noticeEvents, NOTICE_EVENTS } from '../../src/topology/notice-event.ts';
import { PoolError, type ErrorCode } from '../../src/topology/pool-error.ts';
import { notice } from './notices.ts';

const where = { logName: 'Application', source: 'pchat-operator' };
const messageOf = ({ parameters: { Message } }: CmdletRequest): string =>
  typeof Message === 'string' ? Message : '';

describe('an entry of the event log', () => {
  test('has log, source, number and kind, and the text of a mail with the id of the message', () => {
    const entry = eventLogEntry(notice(), where);
    expect(entry).toMatchObject({
      cmdlet: 'Write-EventLog',
      parameters: { LogName: 'Application', Source: 'pchat-operator', EventId: 1001, EntryType: 'Error' },
    });
    expect(messageOf(entry).split('\n')).toEqual([
      'pchat: chat: stalled (critical)',
      '',
      'Pool:   chat',
      'Reason: StepKeepsFailing',
      expect.stringContaining('PCO_SQL_ERROR'),
      'Since:  2026-01-10T08:00:00.000Z',
      'Told:   2026-01-10T08:00:05.000Z',
      'Next:   pchat why chat',
      'Id:     abc123def456',
    ]);
  });

  test.each([
    ['the end of something', { kind: 'resolved' }, 1001, 'Information'],
    ['a warning', { event: 'blocked', severity: 'warning' }, 1002, 'Warning'],
    ['what is only told', { event: 'transition', severity: 'info' }, 1010, 'Information'],
    ['that more is held back', { kind: 'held-back', event: null, severity: 'warning' }, 1000, 'Warning'],
  ] as const)('%s', (_what, differs, EventId, EntryType) => {
    expect(eventLogEntry(notice(differs), where).parameters).toMatchObject({ EventId, EntryType });
  });

  test('is cut where it is long, and keeps its id', () => {
    const message = messageOf(eventLogEntry(notice({ message: 'x'.repeat(50_000) }), where));
    expect(message.length).toBeLessThan(8_100);
    expect(message).toMatch(/…\nId: {5}abc123def456$/);
  });

  test('has a number of its own for every event, in the order of the table of docs/notifications.md', () => {
    const numbers = noticeEvents.map((event) => NOTICE_EVENTS[event].eventId);
    expect(numbers).toEqual(noticeEvents.map((_, at) => 1001 + at));
  });
});

async function sent(answer: () => Promise<unknown>): Promise<Answer> {
  const shell = { invoke: async () => (await answer(), { objects: [], warnings: [] }) };
  return eventLogSender({ ...where, shell }).send(notice(), new AbortController().signal);
}
const fails = (code: ErrorCode) => (): Promise<unknown> => Promise.reject(new PoolError(code, 'a secret'));

test('is taken when the cmdlet ends well', async () => {
  expect(await sent(() => Promise.resolve())).toEqual({ kind: 'taken' });
});
test.each<[ErrorCode, Answer['kind']]>([
  ['PCO_CMDLET_FAILED', 'refused'],
  ['PCO_CMDLET_NOT_PERMITTED', 'refused'],
  ['PCO_SHELL_UNAVAILABLE', 'failed'],
  ['PCO_OUTCOME_UNKNOWN', 'failed'],
  ['PCO_CANCELLED', 'failed'],
])('%s is %s, and nothing of its text is told', async (code, kind) => {
  const answer = await sent(fails(code));
  expect(answer).toMatchObject({ kind, problem: expect.stringContaining(code) as string });
  expect(JSON.stringify(answer)).not.toContain('secret');
});
test('an error of no kind is tried again', async () => {
  expect(await sent(() => Promise.reject(new Error('odd')))).toMatchObject({
    kind: 'failed',
    problem: 'not reached: Error',
  });
});
