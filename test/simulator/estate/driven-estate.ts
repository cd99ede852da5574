/** An estate in memory that a test drives: time moves only when the test says so, statements are text, answers are collected. */
import { MemoryFolders } from '../../../src/simulation/memory-folders.ts';
import type { CmdletOutcome, EstateInput, EstateOutput } from '../../../src/simulator/estate-contract.ts';
import { accountFor, type EstateAccount } from '../../../src/simulator/estate/checker.ts';
import { createEstate } from '../../../src/simulator/estate/create-estate.ts';
import type { EstateOverrides } from '../../../src/simulator/estate/estate-options.ts';
import type { EstateState } from '../../../src/simulator/estate/estate-state.ts';
import { nextWakeAt, stepEstate } from '../../../src/simulator/estate/step-estate.ts';
import type { CellValue, SqlToken } from '../../../src/simulator/sql-tokens.ts';

export const HOME = 'sql-par-1.contoso.com';
export const HOME_MIRROR = 'sql-par-2.contoso.com';
export const BACKUP = 'sql-lyo-1.contoso.com';
export const BACKUP_MIRROR = 'sql-lyo-2.contoso.com';
export const SHARE = '\\\\fs01\\mgc-logs';
export const COPY = 'D:\\LSCopy';

export interface SqlOutcome {
  readonly tokens: readonly SqlToken[];
  readonly numbers: readonly number[];
  readonly rows: readonly (readonly CellValue[])[];
}

export class DrivenEstate {
  state: EstateState;
  readonly folders = new MemoryFolders();
  nowMs: number;
  outputs: EstateOutput[] = [];
  #connections = 0;

  constructor(overrides: EstateOverrides = {}) {
    this.state = createEstate(overrides);
    this.nowMs = this.state.nowMs;
    this.input({ kind: 'tick' });
  }

  input(input: EstateInput): void {
    const { state, outputs } = stepEstate(this.state, input, this.nowMs, this.folders);
    this.state = state;
    for (const output of outputs) {
      if (output.kind === 'file') this.folders.apply(output.operation);
      else this.outputs.push(output);
    }
  }

  /** Throws when the estate refuses it. */
  fault(command: string): void {
    const before = this.outputs.length;
    this.input({ kind: 'fault', command });
    const refused = this.outputs.slice(before).find((output) => output.kind === 'note');
    if (refused !== undefined) throw new Error(refused.text);
  }

  #toNextWake(): boolean {
    const wake = nextWakeAt(this.state);
    if (wake === undefined) return false;
    this.nowMs = Math.max(this.nowMs, wake);
    this.input({ kind: 'tick' });
    return true;
  }

  minutes(minutes: number): void {
    const end = this.nowMs + minutes * 60_000;
    for (
      let wake = nextWakeAt(this.state);
      wake !== undefined && wake <= end;
      wake = nextWakeAt(this.state)
    ) {
      this.nowMs = Math.max(this.nowMs, wake);
      this.input({ kind: 'tick' });
    }
    this.nowMs = end;
    this.input({ kind: 'tick' });
  }

  /** Time goes on until `reached`, at most two hours. */
  until(reached: () => boolean): void {
    const end = this.nowMs + 7_200_000;
    while (!reached()) if (this.nowMs > end || !this.#toNextWake()) throw new Error('never reached');
  }

  /** With the estate's password. */
  open(instance: string, party: 'daemon' | 'operator' = 'operator', database = '', login = 'sa'): string {
    this.#connections += 1;
    const connection = `t${this.#connections}`;
    const { sqlPassword: password } = this.state.options;
    const request = { login, password, database, host: 'test', program: 'test' };
    this.input({ kind: 'login', instance, connection, party, request });
    return connection;
  }

  tokensOf(connection: string): readonly SqlToken[] {
    return this.outputs.flatMap((output) =>
      output.kind === 'tokens' && output.connection === connection ? output.tokens : [],
    );
  }

  /** Sends a batch and does not wait. */
  send(instance: string, connection: string, text: string): void {
    this.input({ kind: 'request', instance, connection, request: { kind: 'batch', text } });
  }

  /** One batch in a connection of its own, to its end. */
  sql(instance: string, text: string, database = '', login = 'sa'): SqlOutcome {
    const connection = this.open(instance, 'operator', database, login);
    this.send(instance, connection, text);
    this.until(() => this.tokensOf(connection).some(({ kind }) => kind === 'end' || kind === 'close'));
    const tokens = this.tokensOf(connection);
    this.input({ kind: 'disconnect', instance, connection });
    const numbers = tokens.flatMap((token) => (token.kind === 'error' ? [token.number] : []));
    const rows = tokens.flatMap((token) => (token.kind === 'row' ? [token.values] : []));
    return { tokens, numbers, rows };
  }

  cmdlet(
    cmdlet: string,
    parameters: Readonly<Record<string, unknown>> = {},
    computer?: string,
  ): CmdletOutcome {
    const id = `cmdlet-${this.outputs.length}`;
    this.input({ kind: 'cmdlet', id, cmdlet, parameters, computer });
    const answer = (): CmdletOutcome | undefined =>
      this.outputs.flatMap((output) =>
        output.kind === 'cmdlet-answer' && output.id === id ? [output.answer] : [],
      )[0];
    this.until(() => answer() !== undefined);
    return answer() ?? { ok: true, objects: [], warnings: [] };
  }

  post(client = 'client-0'): boolean {
    this.input({ kind: 'post', client, text: 'hello' });
    const answer = this.outputs.findLast((output) => output.kind === 'post-answer');
    return answer?.acknowledged === true;
  }

  account(): EstateAccount {
    return accountFor(this.state, this.folders);
  }

  files(folder: string): readonly string[] {
    return this.folders.list(folder).map(({ name }) => name);
  }

  database(
    instance: string,
    name = 'mgc',
  ): EstateState['instances'][string]['databases'][string] | undefined {
    return this.state.instances[instance]?.databases[name];
  }

  msdb(instance: string): EstateState['hosts'][string]['msdb'] {
    const host = this.state.hosts[instance];
    if (host === undefined) throw new Error(`no instance ${instance}`);
    return host.msdb;
  }

  /** Connected chat servers, by FQDN. */
  connected(): readonly string[] {
    return Object.values(this.state.chat.servers).flatMap(({ fqdn, session }) =>
      session === null ? [] : [fqdn],
    );
  }
}
