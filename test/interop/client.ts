/** What the three clients have in common: sessions, batches, and one form for what a server answers. */

export interface Said {
  readonly number: number;
  /** 10 and less is information. */
  readonly severity: number;
  readonly state: number;
  readonly text: string;
}

export interface Rows {
  readonly columns: readonly string[];
  /** Values as text: ISO dates, bytes and GUIDs in upper-case hexadecimal; null is NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Characters of all values, where only they were asked for. */
  readonly characters?: number;
}

/** closed: the connection is gone. cancelled: an attention ended it, and the connection lives. */
export type End = 'complete' | 'closed' | 'cancelled';

export interface Answer {
  readonly sets: readonly Rows[];
  readonly errors: readonly Said[];
  readonly infos: readonly Said[];
  /** Errors and information as they came; left out: this client keeps them apart. */
  readonly inOrder?: readonly Said[];
  readonly end: End;
}

/** What a login comes to: 'open', `refused 18456`, or why there was none. */
export type Opened = 'open' | `refused ${string}` | 'no trust' | 'no TLS' | 'unreachable';

export interface Login {
  readonly port: number;
  /** The name that the certificate must carry. */
  readonly certificateName: string;
  readonly caFile: string;
  readonly encrypt: 'off' | 'tds7' | 'strict';
  readonly user: string;
  readonly password: string;
  /** Windows domain of the user. */
  readonly domain?: string;
  readonly database?: string;
  /** Bytes; left out: the client's own. */
  readonly packetSize?: number;
}

export interface Parameter {
  readonly type: 'nvarchar' | 'int' | 'bigint' | 'bit' | 'uniqueidentifier';
  readonly value: string | number | boolean | null;
}

export interface Batch {
  readonly sql: string;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** Kinds of the columns, for a client that prints them in words of its own. */
  readonly kinds?: readonly Kind[];
  /** Only the number of characters of the values is kept. */
  readonly countOnly?: true;
}

export type Kind = 'text' | 'bit' | 'bytes' | 'date' | 'guid';

export type Heard = (said: readonly Said[]) => void;

export interface Client {
  readonly name: ClientName;
  /** `heard` gets everything that the server said of a refused login. */
  open(session: string, login: Login, heard?: Heard): Promise<Opened>;
  batch(session: string, batch: Batch): Promise<Answer>;
  /** An attention for the batch that runs; undefined: this client has no way to send one. */
  readonly cancel: ((session: string) => void) | undefined;
  close(session: string): Promise<void>;
  stop(): Promise<void>;
}

export const CLIENTS = ['product', 'SqlClient', 'FreeTDS'] as const;
export type ClientName = (typeof CLIENTS)[number];

/** In order; the numbers of a refused login are all that every client tells of it. */
export const refusedWith = (said: readonly Said[]): Opened =>
  `refused ${said.map(({ number }) => number).join(', ')}`;

/** SqlClient and FreeTDS leave both out or say them by themselves: changed context, changed language. */
export const isChatter = ({ number }: Said): boolean => number === 5701 || number === 5703;
