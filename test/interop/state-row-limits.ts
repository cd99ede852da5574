/** Where a client cannot tell, or do, what a row of the refusal table asks of it, and why: the only differences between the three. */
import type { ExpectedMessage, StateRow } from '../support/state-rows.ts';
import type { ClientName, Opened } from './client.ts';

export interface ToldRow {
  readonly opened: Opened;
  readonly messages: readonly ExpectedMessage[];
}

export interface Limit {
  readonly client: ClientName;
  readonly touches: (row: StateRow) => boolean;
  /** Left out: what it is told is the same, only the way into the state is another. */
  readonly told?: (row: StateRow) => ToldRow;
  readonly reason: string;
  readonly source: string;
}

const isInfo = ({ severity }: ExpectedMessage): boolean => severity <= 10;
const isLogin = ({ statement }: StateRow): boolean => statement.sql === '';

export const LIMITS: readonly Limit[] = [
  {
    client: 'product',
    touches: ({ messages }) => messages.some(isInfo),
    told: ({ messages }) => ({
      opened: 'open',
      messages: [
        ...messages.filter(isInfo).map((info) => ({ ...info, severity: 0, state: 0 })),
        ...messages.filter((message) => !isInfo(message)),
      ],
    }),
    reason: 'its port holds number and text of information, and holds it apart from errors',
    source: 'src/ports/sql-connection.ts, SqlInfo',
  },
  {
    client: 'product',
    touches: (row) => isLogin(row) && (row.statement.database ?? '') !== '',
    told: () => ({ opened: 'open', messages: [] }),
    reason: 'it always logs in to master, so that a database never hides that the instance lives',
    source: 'src/connections/driver-settings.ts',
  },
  {
    client: 'FreeTDS',
    touches: ({ setup }) => setup.some(({ kind }) => kind === 'cancel'),
    reason: 'tsql has no key that sends an attention: another of its sessions sends KILL',
    source: 'man tsql',
  },
];

export const limitOf = (client: ClientName, row: StateRow): Limit | undefined =>
  LIMITS.find((limit) => limit.client === client && limit.touches(row));

/** What every client is told that has no limit there. */
export function toldToAll(row: StateRow): ToldRow {
  const numbers = row.messages.map(({ number }) => number).join(', ');
  return { opened: isLogin(row) ? `refused ${numbers}` : 'open', messages: row.messages };
}
