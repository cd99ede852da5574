/** Built-in scalar functions: the engine's own from the tables below, everything else asked of the host (195 when it has none). */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import { bindCompare } from './bind-predicates.ts';
import { converted, meetingType } from './bind-expressions.ts';
import type { Bound } from './evaluation.ts';
import { DATE_FUNCTIONS } from './functions-date.ts';
import { ERROR_FUNCTIONS } from './functions-error.ts';
import { MATH_FUNCTIONS } from './functions-math.ts';
import { TEXT_FUNCTIONS } from './functions-text.ts';
import type { FunctionRow } from './function-row.ts';
import { hostCall, hostType } from './host-functions.ts';
import { textError } from './sql-error.ts';
import type { Expression } from './syntax.ts';
import { INT } from './types.ts';

const OWN: Readonly<Record<string, FunctionRow>> = {
  ...TEXT_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...ERROR_FUNCTIONS,
  ...MATH_FUNCTIONS,
};

type Call = Extract<Expression, { kind: 'call' }>;

export function bindFunction(call: Call, args: readonly Bound[]): Bound {
  if (call.star || call.distinct) throw textError(195, call.spelled, 'built-in function name');
  switch (call.name) {
    case 'ISNULL':
      return bindIsNull(call, args);
    case 'COALESCE':
      return bindCoalesce(call, args);
    case 'NULLIF':
      return bindNullIf(call, args);
    case 'OBJECT_ID':
      return bindObjectId(args);
    default: {
      const row = Object.hasOwn(OWN, call.name) ? OWN[call.name] : undefined;
      return row === undefined ? bindHost(call, args) : bindOwn(call, row, args);
    }
  }
}

/** With constant arguments the answer is the same for every row of a statement, NEWID's apart. */
function bindHost(call: Call, args: readonly Bound[]): Bound {
  const type = hostType(call.name);
  const ask: Bound['run'] = (env) => {
    const values = args.map((argument) => argument.run(env));
    return hostCall(env.evaluation, call.name, values, type, call.spelled);
  };
  const steady = call.name !== 'NEWID' && args.every((argument) => argument.constant !== undefined);
  return { type, nullable: true, untyped: false, run: steady ? askOnce(ask) : ask };
}

function askOnce(ask: Bound['run']): Bound['run'] {
  return (env) => {
    const { memo } = env.evaluation;
    const known = memo.get(ask);
    if (known !== undefined) return known as CellValue;
    const value = ask(env);
    memo.set(ask, value);
    return value;
  };
}

function bindOwn(call: Call, row: FunctionRow, args: readonly Bound[]): Bound {
  const [least, most] = row.count;
  if (args.length < least || args.length > most) {
    const spelled = call.spelled.toLowerCase();
    throw least === most ? textError(174, spelled, least) : textError(189, spelled, `${least} to ${most}`);
  }
  const { type, run } = row.bind(args);
  if (row.takesNull)
    return {
      type,
      nullable: true,
      untyped: false,
      run: (env) =>
        run(
          args.map((argument) => argument.run(env)),
          env.evaluation,
        ),
    };
  return {
    type,
    nullable: true,
    untyped: false,
    run: (env) => {
      const values = args.map((argument) => argument.run(env));
      return values.includes(null) ? null : run(values, env.evaluation);
    },
  };
}

function bindIsNull(call: Call, args: readonly Bound[]): Bound {
  const [value, replacement] = args;
  if (value === undefined || replacement === undefined || args.length !== 2)
    throw textError(174, call.spelled.toLowerCase(), 2);
  const type = value.untyped ? replacement.type : value.type;
  const other = converted(replacement, type);
  return {
    type,
    nullable: value.nullable && replacement.nullable,
    untyped: false,
    run: (env) => value.run(env) ?? other.run(env),
  };
}

function bindCoalesce(call: Call, args: readonly Bound[]): Bound {
  if (args.length < 2) throw textError(174, call.spelled.toLowerCase(), 2);
  const type = meetingType(args);
  const choices = args.map((argument) => converted(argument, type));
  return {
    type,
    nullable: args.every((argument) => argument.nullable),
    untyped: false,
    run: (env) => {
      for (const choice of choices) {
        const value = choice.run(env);
        if (value !== null) return value;
      }
      return null;
    },
  };
}

function bindNullIf(call: Call, args: readonly Bound[]): Bound {
  const [value, other] = args;
  if (value === undefined || other === undefined || args.length !== 2)
    throw textError(174, call.spelled.toLowerCase(), 2);
  const equal = bindCompare('=', value, other);
  return {
    type: value.type,
    nullable: true,
    untyped: false,
    run: (env) => (equal(env) === true ? null : value.run(env)),
  };
}

/** #tables are the engine's; their id is any positive number that is the same for the same name. */
function bindObjectId(args: readonly Bound[]): Bound {
  const type: SqlType = INT;
  return {
    type,
    nullable: true,
    untyped: false,
    run: (env) => {
      const values = args.map((argument) => argument.run(env));
      const name = String(values[0] ?? '');
      const last = (name.split('.').at(-1) ?? '').replace(/^\[(.*)\]$/, '$1').toLowerCase();
      if (!last.startsWith('#')) return hostCall(env.evaluation, 'OBJECT_ID', values, type);
      const at = Object.keys(env.evaluation.session.tempTables).indexOf(last);
      return at === -1 || !/^\[?tempdb\]?\./i.test(name) ? null : 1_000_000 + at;
    },
  };
}
