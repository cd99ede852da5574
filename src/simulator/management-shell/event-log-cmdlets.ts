/** The Windows event log of the computer where the shell runs. Source: Write-EventLog of Microsoft.PowerShell.Management 5.1. */
import type { CmdletOutcome } from '../estate-contract.ts';
import { cmdlet, ok, sameText, type CmdletEnv, type CmdletSpec } from './cmdlet-env.ts';
import { cmdletFailure } from './cmdlet-failures.ts';
import type { BoundParameters } from './cmdlet-parameters.ts';

export interface EventLogEntry {
  source: string;
  eventId: number;
  entryType: string;
  message: string;
}

export interface EventLogDraft {
  logName: string;
  /** Registered with New-EventLog. */
  sources: string[];
  /** Oldest first; the newest MOST_ENTRIES. */
  entries: EventLogEntry[];
}

const MOST_ENTRIES = 200;
const ENTRY_TYPES = ['Error', 'Warning', 'Information', 'SuccessAudit', 'FailureAudit'] as const;
const text = { kind: 'text', mandatory: true } as const;

function write({ eventLog }: CmdletEnv, bound: BoundParameters): CmdletOutcome {
  const [logName, source, entryType, message] = ['LogName', 'Source', 'EntryType', 'Message'].map(
    (name) => bound.text(name) ?? '',
  ) as [string, string, string, string];
  const known = sameText(logName, eventLog.logName) && eventLog.sources.some((one) => sameText(one, source));
  // The text and the id of this refusal are unverified.
  if (!known)
    return cmdletFailure(
      `The source name "${source}" does not exist on computer "localhost".`,
      'Log does not exist,Microsoft.PowerShell.Commands.WriteEventLogCommand',
      'InvalidOperation',
    );
  eventLog.entries.push({ source, eventId: Number(bound.raw('EventId')), entryType, message });
  if (eventLog.entries.length > MOST_ENTRIES) eventLog.entries.shift();
  return ok();
}

export const EVENT_LOG_CMDLETS: readonly CmdletSpec[] = [
  cmdlet(
    'Write-EventLog',
    {
      LogName: text,
      Source: text,
      EventId: { kind: 'number', mandatory: true },
      EntryType: { kind: ENTRY_TYPES },
      Message: text,
    },
    write,
  ),
];
