/** The registry holds every text: nothing else in src builds T-SQL, and no builder of src/statements is missing. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { sourceFiles } from '../../scripts/source-imports.ts';
import { PoolError } from '../../src/topology/pool-error.ts';
import { programOf } from '../../src/simulator/tsql/compile.ts';
import type { SqlStatement } from '../../src/ports/sql-connection.ts';
import {
  HOSTILE_NAMES,
  NO_STATEMENTS,
  PLAIN_VALUES,
  REFUSED_NAMES,
  STATEMENT_REGISTRY,
  valuesNamed,
} from './statement-registry.ts';

const src = path.resolve(import.meta.dirname, '../../src');

/** A statement says how it travels, so a file that makes one holds one of these words (the formatter sees to the quotes). */
const saysHowToTravel = (code: string): boolean => /'(batch|rpc)'/.test(code);

/** A new text over the rest of another statement. */
const altersText = (code: string): boolean =>
  /\.\.\.\w*statement\b[^{}]*\btext\b|\btext\b[^{}]*\.\.\.\w*statement\b/i.test(code);

/** Arguments of the calls that hand a text to the driver. */
const handedToDriver = (code: string): readonly string[] =>
  [...code.matchAll(/\.(?:batch|query|execute|execSql|execSqlBatch)\(([^)]*)\)/g)].map(
    ([, argument = '']) => argument,
  );

const elsewhere = sourceFiles(src).filter((file) => !/^(statements|simulator)\//.test(file));
const codeOf = (file: string): string => readFileSync(path.join(src, file), 'utf8');

describe('outside src/statements and the estate', () => {
  // The administrator is a person at the estate with a query window: what he types is no text of the product.
  test('no file makes a statement: these only read how it travels', () => {
    expect(elsewhere.filter((file) => saysHowToTravel(codeOf(file)))).toEqual([
      'connections/driver-connection.ts',
      'ports/sql-connection.ts',
      'simulation/administrator.ts',
      'simulation/simulated-sql.ts',
    ]);
    expect(codeOf('connections/driver-connection.ts')).not.toMatch(/\bmode: '/);
    expect(codeOf('simulation/administrator.ts')).not.toMatch(/\bmode: '/);
    expect(codeOf('simulation/simulated-sql.ts')).not.toMatch(/\bmode: '/);
  });

  test('no file alters the text of a statement', () => {
    expect(elsewhere.filter((file) => altersText(codeOf(file)))).toEqual([]);
    expect(altersText('const b = { ...statement, text: statement.text + tail };')).toBe(true);
  });

  test('the driver gets the text of a statement and nothing else', () => {
    const handed = elsewhere.flatMap((file) => handedToDriver(codeOf(file)));
    expect(handed).toEqual(['text', 'text']);
  });
});

test('every export of src/statements is in the registry, or is no statement by name', async () => {
  const files = readdirSync(path.join(src, 'statements'));
  const modules = await Promise.all(
    files.map((name) => import(path.join(src, 'statements', name)) as Promise<object>),
  );
  const exported = modules.flatMap((module) => Object.keys(module)).sort();
  expect(exported).toEqual([...Object.keys(STATEMENT_REGISTRY), ...Object.keys(NO_STATEMENTS)].sort());
});

const TYPES = {
  nvarchar: 'nvarchar(max)',
  int: 'int',
  bit: 'bit',
  bigint: 'bigint',
  uniqueidentifier: 'uniqueidentifier',
};

function instructionsOf({ text, parameters }: SqlStatement): number {
  const declarations = Object.entries(parameters).map(([name, { type }]) => `@${name} ${TYPES[type]}`);
  return programOf(text, declarations.join(', ')).instructions.length;
}

/** undefined: refused with an error of the product. */
function builtOrRefused(build: () => readonly SqlStatement[]): readonly SqlStatement[] | undefined {
  try {
    return build();
  } catch (error) {
    expect(error).toBeInstanceOf(PoolError);
    return undefined;
  }
}

const VERSION = '16.0.1000.6';

describe.each(Object.entries(STATEMENT_REGISTRY))('%s', (name, build) => {
  test(`${name}: no hostile name adds a statement to the text`, () => {
    const plain = build(PLAIN_VALUES, VERSION).map(instructionsOf);
    for (const hostile of HOSTILE_NAMES)
      expect([hostile, build(valuesNamed(hostile), VERSION).map(instructionsOf)]).toEqual([hostile, plain]);
  });

  test(`${name}: a name that is none is refused, or is only a value`, () => {
    const plain = build(PLAIN_VALUES, VERSION).map(instructionsOf);
    for (const refused of REFUSED_NAMES) {
      const built = builtOrRefused(() => build(valuesNamed(refused), VERSION));
      expect([refused, built?.map(instructionsOf) ?? plain]).toEqual([refused, plain]);
    }
  });
});
