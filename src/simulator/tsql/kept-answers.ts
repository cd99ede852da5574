/**
 * Answers of SELECTs kept by plan, for as long as every table shows the same rows and every function of the host that was asked
 * says the same again. What looked at clocks, variables or the session is never kept: it is worked out anew.
 */
import type { CellValue } from '../sql-tokens.ts';
import type { TypedValue } from './ast.ts';
import { readTable } from './evaluation.ts';
import type { Evaluation, Row } from './evaluation.ts';
import type { TsqlHost } from './host.ts';
import type { QueryPlan } from './query-plan.ts';
import type { NameParts } from './syntax.ts';

interface Asked {
  readonly name: string;
  readonly args: readonly CellValue[];
  readonly answer: TypedValue;
}

interface KeptAnswer {
  readonly tables: readonly { readonly name: NameParts; readonly rows: readonly Row[] }[];
  readonly asked: readonly Asked[];
  readonly rows: readonly Row[];
}

export interface Watch {
  /** To run the plan with. */
  readonly evaluation: Evaluation;
  keep(rows: readonly Row[]): void;
}

/** One text serves every instance of an estate, so a plan has several answers at a time. */
const KEPT_PER_PLAN = 16;
const MOST_ASKED = 8;
const answers = new WeakMap<QueryPlan, KeptAnswer[]>();

export function keptAnswer(plan: QueryPlan, evaluation: Evaluation): readonly Row[] | undefined {
  return answers.get(plan)?.find((answer) => holdsStill(answer, evaluation))?.rows;
}

const holdsStill = ({ tables, asked }: KeptAnswer, evaluation: Evaluation): boolean =>
  tables.every(({ name, rows }) => readTable(evaluation, name).rows === rows) &&
  asked.every(({ name, args, answer }) => {
    const again = evaluation.host.scalar(name, args);
    return again !== undefined && 'value' in again && again.value === answer.value;
  });

/** Looks on while the plan runs; `keep` keeps its rows if nothing stands against it. */
export function watch(plan: QueryPlan, evaluation: Evaluation): Watch {
  const asked = new Map<string, Asked>();
  let loose = false;
  const loosen = <T>(value: T): T => {
    loose = true;
    return value;
  };
  const scalar: TsqlHost['scalar'] = (name, args) => {
    const answer = evaluation.host.scalar(name, args);
    const plain =
      answer !== undefined && 'value' in answer && !args.some((arg) => typeof arg === 'object' && arg);
    if (!plain || asked.size >= MOST_ASKED) loose = true;
    else asked.set(`${name} ${args.map(String).join('\u0000')}`, { name, args, answer });
    return answer;
  };
  return {
    evaluation: watched(evaluation, loosen, scalar),
    keep(rows) {
      const tables = [...evaluation.tables.values()].map(({ name, table }) => ({ name, rows: table.rows }));
      if (loose || tables.length === 0 || !tables.every((table) => Object.isFrozen(table.rows))) return;
      const known = answers.get(plan) ?? [];
      answers.set(plan, [{ tables, asked: [...asked.values()], rows }, ...known].slice(0, KEPT_PER_PLAN));
    },
  };
}

function watched(evaluation: Evaluation, loosen: <T>(value: T) => T, scalar: TsqlHost['scalar']): Evaluation {
  const { host, session, variables, caught, tables, memo } = evaluation;
  const watchedHost: TsqlHost = {
    get sessionId() {
      return loosen(host.sessionId);
    },
    get login() {
      return loosen(host.login);
    },
    get localNowMs() {
      return loosen(host.localNowMs);
    },
    get utcNowMs() {
      return loosen(host.utcNowMs);
    },
    currentDatabase: () => loosen(host.currentDatabase()),
    table: (name) => host.table(name),
    tableFunction: (name, args) => loosen(host.tableFunction(name, args)),
    scalar,
    command: (command) => loosen(host.command(command)),
    procedure: (name, args) => loosen(host.procedure(name, args)),
  };
  return {
    host: watchedHost,
    tables,
    memo,
    get session() {
      return loosen(session);
    },
    get variables() {
      return loosen(variables);
    },
    get caught() {
      return loosen(caught);
    },
  };
}
