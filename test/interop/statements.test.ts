/**
 * Every T-SQL text of the product in Microsoft's own grammar, for SQL Server 2012 to 2022: it parses, every name in it is in the
 * catalogue, and a hostile name stays a name. Needs .NET.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { SqlStatement } from '../../src/ports/sql-connection.ts';
import { readServerName } from '../../src/statements/change-recheck.ts';
import { verifyBackup } from '../../src/statements/change-backup-restore.ts';
import { deleteSecondary } from '../../src/statements/change-log-shipping.ts';
import { observeInstance, OWN_PROGRAM } from '../../src/statements/observe-instance.ts';
import { readHeader } from '../../src/statements/read-header.ts';
import { catalogueObjects } from '../../src/simulator/catalogue/catalogue.ts';
import { existsSince } from '../../src/simulator/catalogue/version-gate.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import {
  HOSTILE_NAMES,
  PLAIN_VALUES,
  REFUSED_NAMES,
  STATEMENT_REGISTRY,
  valuesNamed,
  type StatementValues,
} from '../statements/statement-registry.ts';
import { dotnetIsAbsent } from './dotnet-program.ts';
import { driverSettings } from './driver-statements.ts';
import { askGrammar, type GrammarAnswer } from './grammar.ts';
import { KnownNames } from './known-names.ts';
import { statementsMarkdown } from './statements-document.ts';

/** Builds of each release; of 2014 also the last one before its encrypted backups. */
const RELEASES: readonly [Release, ...Release[]] = [
  { grammar: 110, year: 2012, build: '11.0.2100.60' },
  { grammar: 110, year: 2012, build: '11.0.7001.0' },
  { grammar: 120, year: 2014, build: '12.0.2000.8' },
  { grammar: 120, year: 2014, build: '12.0.6024.0' },
  { grammar: 130, year: 2016, build: '13.0.6300.2' },
  { grammar: 140, year: 2017, build: '14.0.3456.2' },
  { grammar: 150, year: 2019, build: '15.0.4153.1' },
  { grammar: 160, year: 2022, build: '16.0.1000.6' },
];

interface Release {
  readonly grammar: number;
  readonly year: number;
  readonly build: string;
}

interface Asked {
  readonly builder: string;
  readonly release: Release;
  readonly statement: SqlStatement;
}

interface Judged extends Asked {
  readonly answer: GrammarAnswer;
  readonly known: KnownNames;
}

async function judge(asked: readonly Asked[]): Promise<readonly Judged[]> {
  const questions = asked.map(({ release, statement }, at) => ({
    id: String(at),
    version: release.grammar,
    text: statement.text,
  }));
  const answers = await askGrammar(questions);
  return answers.map((answer) => {
    const one = asked[Number(answer.id)];
    if (one === undefined) throw new Error(`no question ${answer.id}`);
    return { ...one, answer, known: new KnownNames(one.release.build).judge(answer, one.statement) };
  });
}

/** undefined: a name in it was refused. */
function built(
  builder: string,
  values: StatementValues,
  release: Release,
): readonly SqlStatement[] | undefined {
  try {
    return STATEMENT_REGISTRY[builder]?.(values, release.build);
  } catch (error) {
    expect(error).toBeInstanceOf(PoolError);
    return undefined;
  }
}

/** tinyint takes the bit of the page, and the tinyint that older engines are said to return (unverified). */
const WIDER: Readonly<Record<string, string>> = { 'compressed tinyint': 'compressed bit' };

const textsOf = (values: StatementValues): readonly Asked[] =>
  RELEASES.flatMap((release) =>
    Object.keys(STATEMENT_REGISTRY).flatMap((builder) =>
      (built(builder, values, release) ?? []).map((statement) => ({ builder, release, statement })),
    ),
  );

interface HostileText extends Asked {
  readonly name: string;
  /** Which of the texts of its builder. */
  readonly at: number;
}

/** One build of each version. */
const NEWEST_BUILDS = RELEASES.filter(({ grammar }, at) => RELEASES[at + 1]?.grammar !== grammar);

const HOSTILE_TEXTS: readonly HostileText[] = [...HOSTILE_NAMES, ...REFUSED_NAMES].flatMap((name) =>
  NEWEST_BUILDS.flatMap((release) =>
    Object.keys(STATEMENT_REGISTRY).flatMap((builder) =>
      (built(builder, valuesNamed(name), release) ?? []).map((statement, at) => ({
        ...{ builder, release, statement, name, at },
      })),
    ),
  ),
);

const complaintsOf = (judged: readonly Judged[]): readonly string[] =>
  judged.flatMap(({ builder, release, known }) =>
    known.complaints.map((complaint) => `${builder} for ${release.build}: ${complaint}`),
  );

const released = (year: number): Release => {
  const found = RELEASES.find((release) => release.year === year);
  if (found === undefined) throw new Error(`no release of ${year}`);
  return found;
};

const observed = observeInstance({ databases: ['mgc'], chatDatabases: ['mgc'], program: OWN_PROGRAM });
const header = readHeader('D:\\a.trn', '11.0.7001.0');
const removal = deleteSecondary('mgc', true);
const REMOVAL = 'master.sp_delete_log_shipping_secondary_database';
const IF_EXISTS = ["46010 line 11 column 12: Incorrect syntax near 'IF'."];

function changed(statement: SqlStatement, from: string, to: string): SqlStatement {
  if (!statement.text.includes(from)) throw new Error(`there is no ${from} to change`);
  return { ...statement, text: statement.text.replace(from, to) };
}

const ofLocks = (view: string): readonly string[] => [
  `unknown: ${view}`,
  ...['request_session_id', 'resource_database_id', 'resource_type'].map(
    (name) => `unknown: ${view}.${name}`,
  ),
];

type Planted = readonly [what: string, year: number, SqlStatement, complaints: readonly string[]];

const PLANTED: readonly Planted[] = [
  [
    'misspelt column',
    2016,
    changed(observed, 'd.state_desc', 'd.state_dsc'),
    ['unknown: sys.databases.state_dsc'],
  ],
  [
    'misspelt column of a nested text',
    2016,
    changed(observed, 'c.configPoolID', 'c.poolID'),
    ['unknown: dbo.tblConfig.poolID'],
  ],
  [
    'column without a source',
    2016,
    changed(observed, 'd.state_desc', 'dd.state_desc'),
    ['unresolved: dd.state_desc'],
  ],
  [
    'column that a derived table lacks',
    2016,
    changed(observed, 'r.role, r.database_name', 'r.part, r.database_name'),
    ['unresolved: r.part'],
  ],
  [
    'misspelt view',
    2016,
    changed(observed, 'sys.dm_tran_locks', 'sys.dm_tran_lock'),
    ofLocks('sys.dm_tran_lock'),
  ],
  [
    'misspelt property',
    2016,
    changed(observed, "N'ServerName'", "N'SrvName'"),
    ['unknown: SERVERPROPERTY SrvName'],
  ],
  ['misspelt function', 2016, changed(observed, 'HAS_DBACCESS', 'HAS_ACCESS'), ['unknown: HAS_ACCESS']],
  [
    'unknown parameter',
    2016,
    changed(removal, '@ignoreremotemonitor', '@ignore'),
    [`unknown: ${REMOVAL} @ignore`],
  ],
  [
    'call without a parameter that it needs',
    2016,
    changed(removal, '@secondary_database = @db, ', ''),
    [`missing: ${REMOVAL} @secondary_database`, 'sent for nothing: @db'],
  ],
  [
    'misspelt procedure',
    2016,
    changed(removal, REMOVAL.slice(7), 'sp_drop'),
    [
      'unknown: master.sp_drop',
      'unknown: master.sp_drop @secondary_database',
      'unknown: master.sp_drop @ignoreremotemonitor',
    ],
  ],
  [
    'variable that is not sent',
    2016,
    changed(header, '@path = @path', '@path = @file'),
    ['not sent: @file', 'sent for nothing: @path'],
  ],
  [
    'column of 2022 for 2019',
    2019,
    changed(observed, 'd.state_desc', 'd.is_ledger_on'),
    ['not in 15.0.4153.1: sys.databases.is_ledger_on (since 2022)'],
  ],
  ['syntax of 2016 for 2012', 2012, changed(header, 'DROP TABLE #h', 'DROP TABLE IF EXISTS #h'), IF_EXISTS],
  ['syntax of 2016 for 2014', 2014, changed(header, 'DROP TABLE #h', 'DROP TABLE IF EXISTS #h'), IF_EXISTS],
  [
    'syntax of 2016 for 2016 is right, so nothing',
    2016,
    changed(header, 'DROP TABLE #h', 'DROP TABLE IF EXISTS #h'),
    [],
  ],
  [
    'option that the catalogue lacks',
    2016,
    changed(header, 'SET NOCOUNT ON', 'SET FMTONLY ON'),
    ['unknown: SET FMTONLY'],
  ],
  [
    'option of BACKUP for RESTORE',
    2016,
    changed(verifyBackup('D:\\a.trn'), 'CHECKSUM', 'STATS = 5'),
    ['unknown: RESTORE VERIFYONLY STATS'],
  ],
];

describe.skipIf(dotnetIsAbsent)('in the grammar of Microsoft (install: .NET SDK 10)', () => {
  let plain: readonly Judged[] = [];
  let hostile: readonly Judged[] = [];
  let planted: readonly Judged[] = [];
  let driver: readonly Judged[] = [];

  beforeAll(async () => {
    const text = await driverSettings();
    const groups = [
      textsOf(PLAIN_VALUES),
      HOSTILE_TEXTS,
      PLANTED.map(([builder, year, statement]) => ({ builder, release: released(year), statement })),
      RELEASES.map((release) => ({ builder: 'driver', release, statement: { ...readServerName, text } })),
    ] as const;
    const judged = await judge(groups.flat());
    const take = (group: number): readonly Judged[] => {
      const start = groups.slice(0, group).flat().length;
      return judged.slice(start, start + (groups[group]?.length ?? 0));
    };
    [plain, hostile, planted, driver] = [take(0), take(1), take(2), take(3)];
  }, 300_000);

  test('every text parses for every version, and every name in it is in the catalogue', () => {
    expect(complaintsOf(plain)).toEqual([]);
    const names = new Set(plain.flatMap(({ known }) => known.names));
    const texts = new Set(plain.map(({ statement }) => statement.text));
    const versions = new Set(RELEASES.map(({ grammar }) => grammar));
    console.log(
      `${Object.keys(STATEMENT_REGISTRY).length} builders, ${texts.size} texts × ${versions.size} versions ` +
        `(${RELEASES.length} builds): ${plain.length} parsed, 0 errors; ${names.size} of ${names.size} names in the catalogue`,
    );
    expect(names.size).toBeGreaterThan(200);
  });

  test('a hostile name changes no text but where the name stands', () => {
    const wrong = hostile.flatMap((one, index) => {
      const { name, at } = HOSTILE_TEXTS[index] ?? { name: '', at: -1 };
      return carriedUnharmed(plain, one, name, at) ? [] : [`${one.builder} with ${JSON.stringify(name)}`];
    });
    expect([wrong, complaintsOf(hostile)]).toEqual([[], []]);
    const names = HOSTILE_NAMES.length + REFUSED_NAMES.length;
    console.log(
      `${names} hostile names × ${NEWEST_BUILDS.length} versions: ${hostile.length} texts, each like its plain twin`,
    );
  });

  test('docs/statements.md says what the texts run and touch', async () => {
    const newest = plain.filter(({ release }) => release === RELEASES.at(-1));
    await expect(statementsMarkdown(newest)).toMatchFileSnapshot('../../docs/statements.md');
  });

  test('the driver sets up a session by options that the catalogue knows', () => {
    expect(complaintsOf(driver)).toEqual([]);
    expect(driver[0]?.answer.touched.statements.length).toBeGreaterThan(10);
  });

  test.each(PLANTED.map(([what], at) => [what, at] as const))('a planted %s is caught', (_, at) => {
    expect(planted[at]?.known.complaints).toEqual(PLANTED[at]?.[3]);
  });

  test.each(RELEASES)('the header table of $build has the columns of its RESTORE HEADERONLY', ({ build }) => {
    const asked = plain.find(({ builder, release }) => builder === 'readHeader' && release.build === build);
    const columns = catalogueObjects['RESTORE HEADERONLY'].columns ?? [];
    const documented = columns
      .filter(({ since }) => since === undefined || existsSince(build, since))
      .map(({ name, type }) => `${name} ${type}`.toLowerCase());
    const made = asked?.answer.touched.temporary['#h']?.map((column) => column.toLowerCase());
    expect(made?.map((column) => WIDER[column] ?? column)).toEqual(documented);
  });
});

/** The same kinds of nodes as with plain names, and the same values but for the names. */
function carriedUnharmed(plain: readonly Judged[], hostile: Judged, name: string, at: number): boolean {
  const twins = plain.filter(
    ({ builder, release }) => builder === hostile.builder && release === hostile.release,
  );
  const twin = twins[at];
  if (twin === undefined) return false;
  const values = valuesNamed(name);
  const expected = new Map(
    Object.entries(PLAIN_VALUES).map(([field, value]: [string, string]) => [
      value,
      values[field as keyof StatementValues],
    ]),
  );
  const renamed = (value: unknown): unknown =>
    typeof value === 'string' ? (expected.get(value) ?? value) : value;
  const sameParameters = Object.entries(twin.statement.parameters).every(
    ([key, { value }]) => hostile.statement.parameters[key]?.value === renamed(value),
  );
  return (
    sameParameters &&
    twin.answer.shape === hostile.answer.shape &&
    JSON.stringify(twin.answer.values.map(renamed)) === JSON.stringify(hostile.answer.values)
  );
}
