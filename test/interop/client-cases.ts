/** What each client is asked, and what each must tell of the answer: data only. `explained` is where one cannot, and why. */
import type { Answer, Batch, ClientName, Opened, Rows, Said } from './client.ts';

/** Which estate: SQL Server 2022 with TLS, or one without a certificate. */
export type CaseEstate = 'tls' | 'plain';

export interface CaseLogin {
  readonly user?: string;
  readonly password?: string;
  readonly domain?: string;
  readonly database?: string;
  readonly encrypt?: 'off' | 'tds7' | 'strict';
  readonly packetSize?: number;
  /** Another authority than the one that signed the certificate. */
  readonly trust?: 'other';
}

export type Step =
  | Batch
  /** Begins while the next steps are done; its answer is the last one. */
  | { readonly begin: string }
  | { readonly cancel: true }
  /** Another session of a person ends the one of the case. */
  | { readonly kill: true }
  | { readonly fault: string };

export interface Outcome {
  readonly login: Opened;
  /** One for every batch, in order; parts that are left out are empty, 'complete'. */
  readonly answers?: readonly Partial<Answer>[];
}

export interface Explanation extends Outcome {
  readonly client: ClientName;
  readonly reason: string;
  readonly source: string;
}

export interface ClientCase {
  readonly name: string;
  readonly estate?: CaseEstate;
  readonly login?: CaseLogin;
  readonly steps?: readonly Step[];
  readonly expected: Outcome;
  readonly explained?: readonly Explanation[];
}

const set = (columns: readonly string[], ...rows: readonly (readonly (string | null)[])[]): Rows => ({
  columns,
  rows,
});
const raised = (number: number, severity: number, state: number, text: string): Said => ({
  number,
  severity,
  state,
  text,
});
/** Severity and state of information do not reach the product's port, and are not compared. */
const told = (number: number, text: string): Said => raised(number, 0, 0, text);

const refused = (number: string): Outcome => ({ login: `refused ${number}` });
const open = (...answers: readonly Partial<Answer>[]): Outcome => ({ login: 'open', answers });

const LOGINS: readonly ClientCase[] = [
  {
    name: 'login with a password',
    steps: [{ sql: 'SELECT SUSER_SNAME() AS who' }],
    expected: open({ sets: [set(['who'], ['operator'])] }),
  },
  { name: 'wrong password', login: { password: 'wrong' }, expected: refused('18456') },
  { name: 'no such login', login: { user: 'nobody' }, expected: refused('18456') },
  { name: 'expired password', login: { user: 'late', password: 'right' }, expected: refused('18487') },
  { name: 'password must change', login: { user: 'new', password: 'right' }, expected: refused('18488') },
  { name: 'locked account', login: { user: 'shut', password: 'right' }, expected: refused('18486') },
  { name: 'disabled account', login: { user: 'gone', password: 'right' }, expected: refused('18470') },
  {
    name: 'NTLM login',
    login: { domain: 'CONTOSO', user: 'svc', password: 'pä ss' },
    steps: [{ sql: 'SELECT SUSER_SNAME() AS who' }],
    expected: open({ sets: [set(['who'], ['CONTOSO\\svc'])] }),
  },
  {
    name: 'NTLM wrong password',
    login: { domain: 'CONTOSO', user: 'svc', password: 'wrong' },
    expected: refused('18452'),
  },
  {
    name: 'NTLM other domain',
    login: { domain: 'FABRIKAM', user: 'svc', password: 'pä ss' },
    expected: refused('18452'),
  },
  {
    name: 'NTLM account without login',
    login: { domain: 'CONTOSO', user: 'guest', password: 'pä ss' },
    expected: refused('18456'),
  },
  {
    name: 'initial database in RESTORING',
    login: { database: 'mgc' },
    expected: refused('4060, 18456'),
    explained: [
      {
        client: 'product',
        login: 'open',
        reason: 'it always logs in to master, so that a database never hides that the instance lives',
        source: 'src/connections/driver-settings.ts',
      },
    ],
  },
];

const NOT_IN_FREETDS = 'FreeTDS 1.3 has no TDS 8';
const ENCRYPTION: readonly ClientCase[] = [
  {
    name: 'TDS 8 (strict)',
    login: { encrypt: 'strict' },
    steps: [{ sql: 'SELECT 1 AS n' }],
    expected: open({ sets: [set(['n'], ['1'])] }),
    explained: [
      {
        client: 'FreeTDS',
        login: 'unreachable',
        reason: NOT_IN_FREETDS,
        source: 'NEWS.md of FreeTDS 1.4: `strict` is new',
      },
    ],
  },
  {
    name: 'no TLS wanted',
    login: { encrypt: 'off' },
    steps: [{ sql: 'SELECT 1 AS n' }],
    expected: open({ sets: [set(['n'], ['1'])] }),
  },
  {
    name: 'no TLS wanted, none there',
    estate: 'plain',
    login: { encrypt: 'off' },
    steps: [{ sql: 'SELECT 1 AS n' }],
    expected: open({ sets: [set(['n'], ['1'])] }),
    explained: [
      {
        client: 'product',
        login: 'no TLS',
        reason: 'it has no way to turn TLS off',
        source: 'docs/settings.md, TLS',
      },
    ],
  },
  { name: 'TLS wanted, none there', estate: 'plain', expected: { login: 'no TLS' } },
  {
    name: 'authority not trusted',
    login: { trust: 'other' },
    expected: { login: 'no trust' },
    explained: [
      {
        client: 'FreeTDS',
        login: 'no TLS',
        reason: 'tsql says of a failed handshake only that there is no connection',
        source: 'FreeTDS 1.3, error 20002',
      },
    ],
  },
];

const TYPES = [
  "CONVERT(int, -2147483648) AS i, CONVERT(bigint, '9223372036854775807') AS b, CONVERT(smallint, -32768) AS s",
  'CONVERT(tinyint, 255) AS t, CONVERT(bit, 1) AS f, CONVERT(float, 1.5) AS d, CONVERT(real, 1.25) AS r',
  "CONVERT(nvarchar(20), N'ß漢😀') AS n, CONVERT(varchar(20), 'abc') AS v, CONVERT(varbinary(4), 0x01FF) AS x",
  "CONVERT(uniqueidentifier, '6F9619FF-8B86-D011-B42D-00C04FC964FF') AS g, CONVERT(varchar(25), CONVERT(numeric(25,0), '9007199254740993000100001')) AS l",
].join(', ');
const TYPE_NAMES = ['i', 'b', 's', 't', 'f', 'd', 'r', 'n', 'v', 'x', 'g', 'l'];
const NULLS =
  'CONVERT(int, NULL) AS i, CONVERT(bigint, NULL) AS b, CONVERT(bit, NULL) AS f, CONVERT(float, NULL) AS d, CONVERT(nvarchar(20), NULL) AS n, CONVERT(varbinary(4), NULL) AS x, CONVERT(uniqueidentifier, NULL) AS g, CONVERT(datetime, NULL) AS w';
const DATES =
  "CONVERT(datetime, '2026-11-23T22:29:00.123') AS d, CONVERT(datetime2(3), '2026-11-23T22:29:00.123') AS p";
const MINUTE = 'Nov 23 2026 10:29PM';
/** Ten values of 10 MB, two bytes a character. */
const HUNDRED = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

const ANSWERS: readonly ClientCase[] = [
  {
    name: 'types',
    steps: [
      {
        sql: `SELECT ${TYPES}`,
        kinds: [
          'text',
          'text',
          'text',
          'text',
          'bit',
          'text',
          'text',
          'text',
          'text',
          'bytes',
          'guid',
          'text',
        ],
      },
    ],
    expected: open({
      sets: [
        set(TYPE_NAMES, [
          '-2147483648',
          '9223372036854775807',
          '-32768',
          '255',
          'true',
          '1.5',
          '1.25',
          'ß漢😀',
          'abc',
          '01FF',
          '6F9619FF-8B86-D011-B42D-00C04FC964FF',
          '9007199254740993000100001',
        ]),
      ],
    }),
  },
  {
    name: 'NULL of every type',
    steps: [{ sql: `SELECT ${NULLS}` }],
    expected: open({
      sets: [set(['i', 'b', 'f', 'd', 'n', 'x', 'g', 'w'], [null, null, null, null, null, null, null, null])],
    }),
  },
  {
    name: 'dates',
    steps: [{ sql: `SELECT ${DATES}`, kinds: ['date', 'date'] }],
    expected: open({ sets: [set(['d', 'p'], ['2026-11-23T22:29:00.123', '2026-11-23T22:29:00.123'])] }),
    explained: [
      {
        client: 'FreeTDS',
        ...open({ sets: [set(['d', 'p'], [MINUTE, MINUTE])] }),
        reason: 'tsql prints dates to the minute, by the `date format` of its locales.conf',
        source: 'FreeTDS User Guide, locales.conf',
      },
    ],
  },
  {
    name: 'parameters',
    steps: [
      {
        sql: 'SELECT @text AS t, @number AS n, @none AS z',
        parameters: {
          text: { type: 'nvarchar', value: "O'Brien ]; DROP ß" },
          number: { type: 'int', value: -5 },
          none: { type: 'nvarchar', value: null },
        },
      },
    ],
    expected: open({ sets: [set(['t', 'n', 'z'], ["O'Brien ]; DROP ß", '-5', null])] }),
  },
  {
    name: 'several results, one empty',
    steps: [{ sql: 'SELECT 1 AS a; SELECT 2 AS b WHERE 1 = 0; SELECT 3 AS c, 4 AS d' }],
    expected: open({ sets: [set(['a'], ['1']), set(['b']), set(['c', 'd'], ['3', '4'])] }),
    explained: [
      {
        client: 'FreeTDS',
        ...open({ sets: [set(['a'], ['1']), set(['b'], ['c', 'd'], ['3', '4'])] }),
        reason: 'tsql prints no end of a result without rows, so the next one looks like its rows',
        source: 'FreeTDS 1.3, tsql prints its footer for rows only',
      },
    ],
  },
  {
    name: 'PRINT and RAISERROR in order',
    steps: [
      {
        sql: "PRINT 'one'; RAISERROR('two', 10, 1); RAISERROR('bad', 16, 3); PRINT 'three'; RAISERROR('worse', 16, 4)",
      },
    ],
    expected: open({
      errors: [raised(50000, 16, 3, 'bad'), raised(50000, 16, 4, 'worse')],
      infos: [told(0, 'one'), told(50000, 'two'), told(0, 'three')],
    }),
  },
  {
    name: 'error in the middle of a batch',
    steps: [{ sql: "SELECT 1 AS a; BACKUP LOG nothing TO DISK = N'D:\\x.trn'; SELECT 2 AS b" }],
    expected: open({
      sets: [set(['a'], ['1']), set(['b'], ['2'])],
      errors: [
        raised(
          911,
          16,
          1,
          "Database 'nothing' does not exist. Make sure that the name is entered correctly.",
        ),
        raised(3013, 16, 1, 'BACKUP LOG is terminating abnormally.'),
      ],
    }),
  },
  {
    name: 'syntax error: nothing is done',
    steps: [{ sql: "PRINT 'begun'; SELECT 1 + )" }, { sql: 'SELECT 1 AS n' }],
    expected: open(
      { errors: [raised(102, 15, 1, "Incorrect syntax near ')'.")] },
      { sets: [set(['n'], ['1'])] },
    ),
  },
  {
    name: 'KILL of the own session',
    steps: [
      { sql: "DECLARE @s nvarchar(20) = N'KILL ' + CONVERT(nvarchar(10), @@SPID); EXEC (@s)" },
      { sql: 'SELECT 1 AS n' },
    ],
    expected: open(
      { errors: [raised(6104, 16, 1, 'Cannot use KILL to kill your own process.')] },
      { sets: [set(['n'], ['1'])] },
    ),
  },
  ...[512, 4096, 16_000].map((packetSize): ClientCase => ({
    name: `packets of ${String(packetSize)} bytes`,
    login: { packetSize },
    steps: [{ sql: "SELECT REPLICATE(N'x', 4000) AS a, REPLICATE(N'y', 4000) AS b", countOnly: true }],
    expected: open({ sets: [{ columns: ['a', 'b'], rows: [], characters: 8_000 }] }),
  })),
  {
    name: '100 MB',
    steps: [
      {
        sql: `SELECT ${HUNDRED.map((name) => `REPLICATE(CONVERT(nvarchar(max), N'x'), 5000000) AS ${name}`).join(', ')}`,
        countOnly: true,
      },
    ],
    expected: open({ sets: [{ columns: HUNDRED, rows: [], characters: 50_000_000 }] }),
  },
];

/** Long against everything else here, and short enough to be waited for. */
const LONG = "WAITFOR DELAY '00:00:08'";
const KILLED = 'Cannot continue the execution because the session is in the kill state.';
const SEVERE = 'A severe error occurred on the current command.  The results, if any, should be discarded.';
const ENDINGS: readonly ClientCase[] = [
  {
    name: 'attention, then the same connection',
    steps: [{ begin: LONG }, { cancel: true }, { sql: 'SELECT 1 AS n' }],
    expected: open({ end: 'cancelled' }, { sets: [set(['n'], ['1'])] }),
    explained: [
      {
        client: 'FreeTDS',
        ...open({ end: 'complete' }, { sets: [set(['n'], ['1'])] }),
        reason: 'tsql has no key that sends an attention: it waits to the end',
        source: 'man tsql',
      },
      {
        client: 'product',
        ...open({ end: 'cancelled' }, { end: 'closed' }),
        reason: 'it closes a connection whose request was interrupted',
        source: 'docs/adr/0012, src/connections/driver-connection.ts',
      },
    ],
  },
  {
    name: 'killed while it works',
    steps: [{ begin: LONG }, { kill: true }],
    expected: open({
      errors: [raised(596, 21, 1, KILLED), raised(0, 20, 0, SEVERE)],
      end: 'closed',
    }),
    explained: [
      {
        client: 'FreeTDS',
        ...open({ errors: [raised(596, 21, 1, KILLED)], infos: [told(0, SEVERE)], end: 'closed' }),
        reason: 'tsql prints a message of number 0 as it prints PRINT, without its severity',
        source: 'FreeTDS 1.3, tsql',
      },
    ],
  },
  {
    name: 'killed while it is idle',
    steps: [{ kill: true }, { sql: 'SELECT 1 AS n' }],
    expected: open({ end: 'closed' }),
  },
  {
    name: 'the server crashes meanwhile',
    steps: [{ begin: LONG }, { fault: 'down instance sql-lyo-1.contoso.com' }],
    expected: open({ end: 'closed' }),
  },
];

export const CLIENT_CASES: readonly ClientCase[] = [...LOGINS, ...ENCRYPTION, ...ANSWERS, ...ENDINGS];
