/**
 * One try of a message as an entry of the event log of the computer on which the management shell runs.
 * Source: Write-EventLog and New-EventLog of Microsoft.PowerShell.Management 5.1; what they answer to a source that is not registered is
 * unverified.
 */
import type { CmdletRequest, ManagementShell } from '../ports/management-shell.ts';
import { HELD_BACK_EVENT_ID, NOTICE_EVENTS, type Severity } from '../topology/notice-event.ts';
import { PoolError } from '../topology/pool-error.ts';
import { mailText } from './mail-text.ts';
import { cutText, type Notice } from './notice.ts';
import { wayProblem, type Answer, type Sender } from './receiver.ts';

export interface EventLogReceiver {
  readonly logName: string;
  readonly source: string;
  readonly shell: Pick<ManagementShell, 'invoke'>;
}

type EntryType = 'Error' | 'Warning' | 'Information';

const DEADLINE_MS = 10_000;
/** Characters; far below what an entry may hold. */
const LONGEST_MESSAGE = 8_000;
const ENTRY_TYPES: Readonly<Record<Severity, EntryType>> = {
  critical: 'Error',
  warning: 'Warning',
  info: 'Information',
};

export function eventLogEntry(
  notice: Notice,
  { logName, source }: Pick<EventLogReceiver, 'logName' | 'source'>,
): CmdletRequest {
  const { id, kind, event, severity } = notice;
  const message = `${cutText(mailText(notice).text.trimEnd(), LONGEST_MESSAGE)}\nId:     ${id}`;
  return {
    cmdlet: 'Write-EventLog',
    parameters: {
      LogName: logName,
      Source: source,
      EventId: event === null ? HELD_BACK_EVENT_ID : NOTICE_EVENTS[event].eventId,
      EntryType: kind === 'resolved' ? 'Information' : ENTRY_TYPES[severity],
      Message: message,
    },
  };
}

export function eventLogSender({ shell, ...where }: EventLogReceiver): Sender {
  return {
    send: async (notice, signal) => {
      try {
        await shell.invoke(eventLogEntry(notice, where), { signal, deadlineMs: DEADLINE_MS });
        return { kind: 'taken' };
      } catch (error) {
        return judged(error);
      }
    },
  };
}

/** What the cmdlet itself says stays as it is until somebody registers the source; a shell that is not there comes back. */
function judged(error: unknown): Answer {
  if (!(error instanceof PoolError)) return { kind: 'failed', problem: wayProblem(error), waitMs: 0 };
  const { code } = error;
  if (code === 'PCO_CMDLET_FAILED' || code === 'PCO_CMDLET_NOT_PERMITTED' || code === 'PCO_CMDLET_INCOMPLETE')
    return {
      kind: 'refused',
      problem: `Write-EventLog failed (${code}); is the source registered with New-EventLog?`,
    };
  return { kind: 'failed', problem: `the management shell did not do it: ${code}`, waitMs: 0 };
}
