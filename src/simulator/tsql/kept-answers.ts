/**
 * Answers of SELECTs kept by plan, for as long as every table shows the same rows and every function of the host that was asked
 * says the same again. What looked at clocks, variables or the session is never kept: it is worked out anew.
 */
import type { CellValue } from '../sql-tokens.ts';
import type { Command, ObjectName, ProcedureArgument, TypedValue } from './ast.ts';
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
  const host = new WatchedHost(evaluation.host);
  return {
    evaluation: new WatchedEvaluation(evaluation, host),
    keep(rows) {
      const tables = [...evaluation.tables.values()].map(({ name, table }) => ({ name, rows: table.rows }));
      if (host.loose || tables.length === 0 || !tables.every((table) => Object.isFrozen(table.rows))) return;
      const known = answers.get(plan) ?? [];
      answers.set(
        plan,
        [{ tables, asked: [...host.asked.values()], rows }, ...known].slice(0, KEPT_PER_PLAN),
      );
    },
  };
}

/** Notes what is asked; `loose`: something that cannot be asked again. */
class WatchedHost implements TsqlHost {
  readonly asked = new Map<string, Asked>();
  loose = false;
  readonly #host: TsqlHost;

  constructor(host: TsqlHost) {
    this.#host = host;
  }

  #loose(): TsqlHost {
    this.loose = true;
    return this.#host;
  }

  get sessionId(): number {
    return this.#loose().sessionId;
  }

  get login(): string {
    return this.#loose().login;
  }

  get localNowMs(): number {
    return this.#loose().localNowMs;
  }

  get utcNowMs(): number {
    return this.#loose().utcNowMs;
  }

  currentDatabase(): string {
    return this.#loose().currentDatabase();
  }

  table(name: ObjectName): ReturnType<TsqlHost['table']> {
    return this.#host.table(name);
  }

  tableFunction(name: ObjectName, args: readonly CellValue[]): ReturnType<TsqlHost['tableFunction']> {
    return this.#loose().tableFunction(name, args);
  }

  scalar(name: string, args: readonly CellValue[]): ReturnType<TsqlHost['scalar']> {
    const answer = this.#host.scalar(name, args);
    const askable = args.every((arg) => arg === null || typeof arg !== 'object');
    if (answer === undefined || !('value' in answer) || !askable || this.asked.size >= MOST_ASKED)
      this.loose = true;
    else this.asked.set(`${name}\u0000${args.map(String).join('\u0000')}`, { name, args, answer });
    return answer;
  }

  command(command: Command): ReturnType<TsqlHost['command']> {
    return this.#loose().command(command);
  }

  procedure(name: ObjectName, args: readonly ProcedureArgument[]): ReturnType<TsqlHost['procedure']> {
    return this.#loose().procedure(name, args);
  }
}

class WatchedEvaluation implements Evaluation {
  readonly host: WatchedHost;
  readonly tables: Evaluation['tables'];
  readonly memo: Evaluation['memo'];
  readonly #evaluation: Evaluation;

  constructor(evaluation: Evaluation, host: WatchedHost) {
    this.host = host;
    this.tables = evaluation.tables;
    this.memo = evaluation.memo;
    this.#evaluation = evaluation;
  }

  #loose(): Evaluation {
    this.host.loose = true;
    return this.#evaluation;
  }

  get session(): Evaluation['session'] {
    return this.#loose().session;
  }

  get variables(): Evaluation['variables'] {
    return this.#loose().variables;
  }

  get caught(): Evaluation['caught'] {
    return this.#loose().caught;
  }
}
