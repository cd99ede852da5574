/** Runs a row of the refusal table on an estate in memory: every step through the estate's own door. */
import type { MessageToken, SqlToken } from '../../../src/simulator/sql-tokens.ts';
import { changedFile } from '../../support/changed-file.ts';
import type { ExpectedMessage, StateRow } from '../../support/state-rows.ts';
import {
  KEPT_OUT,
  LOGIN_NAMES,
  type FileChange,
  type StateSession,
  type StateStep,
} from '../../support/state-steps.ts';
import { DrivenEstate } from '../estate/driven-estate.ts';

export class RowRunner {
  readonly estate: DrivenEstate;
  readonly #connections = new Map<string, string>();

  constructor(edition: string) {
    this.estate = new DrivenEstate({ edition, logins: KEPT_OUT });
  }

  #key({ on, session }: StateSession): string {
    return `${on}/${session}`;
  }

  /** The open connection of a session; logs in when there is none. */
  #connect(who: StateSession & { readonly database?: string; readonly password?: string }): string {
    const known = this.#connections.get(this.#key(who));
    const { estate } = this;
    if (known !== undefined && estate.state.connections[known] !== undefined) return known;
    const connection = `row-${this.#connections.size}-${estate.outputs.length}`;
    const own = who.login === 'sa' ? estate.state.options.sqlPassword : '';
    const { password = own, database = '' } = who;
    const asked = { login: LOGIN_NAMES[who.login], password, database, host: 'test', program: 'rows' };
    const request = who.login === 'ordinary' ? { ...asked, windows: true as const } : asked;
    estate.input({ kind: 'login', instance: who.on, connection, party: 'operator', request });
    this.#connections.set(this.#key(who), connection);
    return connection;
  }

  #send(who: StateSession, text: string): { readonly connection: string; readonly from: number } {
    const connection = this.#connect(who);
    const from = this.estate.tokensOf(connection).length;
    this.estate.send(who.on, connection, text);
    return { connection, from };
  }

  #answer(who: StateSession, text: string, during: readonly StateStep[] = []): readonly SqlToken[] {
    const { connection, from } = this.#send(who, text);
    for (const step of during) this.step(step);
    const said = (): readonly SqlToken[] => this.estate.tokensOf(connection).slice(from);
    this.estate.until(() => said().some(({ kind }) => kind === 'end' || kind === 'close'));
    return said();
  }

  step(step: StateStep): void {
    switch (step.kind) {
      case 'sql':
        this.#answer(step, step.sql);
        return;
      case 'start':
        this.#send(step, step.sql);
        return;
      case 'cancel':
        this.estate.input({ kind: 'attention', instance: step.on, connection: this.#connect(step) });
        return;
      case 'close':
        this.estate.input({ kind: 'disconnect', instance: step.on, connection: this.#connect(step) });
        return;
      case 'fault':
        this.estate.fault(step.command);
        return;
      case 'file':
        this.#change(step.change, step.from, step.to);
    }
  }

  #change(change: FileChange, from: string, to: string): void {
    const { folders } = this.estate;
    const before = folders.read(from);
    const after = changedFile(change, 'osError' in before ? new Uint8Array() : before);
    if (after === undefined) folders.apply({ operation: 'delete', path: to });
    else folders.write(to, after, this.estate.nowMs);
  }

  /** Every message that the statement of the row is answered by, in order. */
  run({ setup, statement, during, after }: StateRow): readonly ExpectedMessage[] {
    for (const step of setup) this.step(step);
    const said =
      statement.sql === '' ? this.#refusedLogin(statement) : this.#answer(statement, statement.sql, during);
    for (const step of after) this.step(step);
    return said.flatMap((token) => (token.kind === 'error' || token.kind === 'info' ? [shown(token)] : []));
  }

  #refusedLogin(who: StateRow['statement']): readonly SqlToken[] {
    const from = this.estate.outputs.length;
    this.#connect(who);
    return this.estate.outputs
      .slice(from)
      .flatMap((output) => (output.kind === 'login-refused' ? output.errors : []));
  }
}

const shown = ({ number, class: severity, state, message: text }: MessageToken): ExpectedMessage => ({
  number,
  severity,
  state,
  text,
});
