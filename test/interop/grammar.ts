/** Microsoft's T-SQL grammar (ScriptDom) as a function: texts in, what they touch out. One child process for all of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { DOTNET_ENV, dotnetProgram } from './dotnet-program.ts';

export interface ObjectUse {
  readonly database: string | null;
  readonly schema: string | null;
  readonly name: string;
  readonly columns: readonly string[];
}

export interface ProcedureUse {
  readonly database: string | null;
  readonly schema: string | null;
  readonly name: string;
  /** Names given; those that the call of sp_executesql declares itself are left out. */
  readonly parameters: readonly string[];
  readonly positional: number;
}

export interface Touched {
  readonly objects: readonly ObjectUse[];
  /** Columns without a qualifier where several objects are in reach. */
  readonly loose: readonly { readonly column: string; readonly objects: readonly ObjectUse[] }[];
  readonly procedures: readonly ProcedureUse[];
  readonly functions: readonly string[];
  readonly properties: readonly string[];
  readonly statements: readonly { readonly name: string; readonly options: readonly string[] }[];
  readonly parameters: readonly string[];
  readonly temporary: Readonly<Record<string, readonly string[]>>;
  readonly unresolved: readonly string[];
}

export interface GrammarAnswer {
  readonly id: string;
  readonly errors: readonly string[];
  readonly touched: Touched;
  /** Equal for two texts that differ only in names and literals. */
  readonly shape: string;
  readonly values: readonly string[];
}

export interface GrammarQuestion {
  readonly id: string;
  /** 110 is SQL Server 2012, 120 2014, 130 2016, 140 2017, 150 2019, 160 2022. */
  readonly version: number;
  readonly text: string;
}

export async function askGrammar(questions: readonly GrammarQuestion[]): Promise<readonly GrammarAnswer[]> {
  const child = spawn('dotnet', [await dotnetProgram('Grammar')], {
    env: DOTNET_ENV,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  child.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  const answers: GrammarAnswer[] = [];
  for await (const line of createInterface({ input: child.stdout }))
    answers.push(JSON.parse(line) as GrammarAnswer);
  await closed;
  if (answers.length !== questions.length)
    throw new Error(`the grammar answered ${answers.length} of ${questions.length} questions`);
  return answers;
}
