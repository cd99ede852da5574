/**
 * Requests and answers of one connection after login (MS-TDS 3.3.5.6, 3.3.5.7): one request at a time, those sent ahead wait,
 * attention ends what runs. What a request means is the handler's business.
 */
import type { SqlRequest } from '../estate-contract.ts';
import type { SqlToken } from '../sql-tokens.ts';
import { ByteWriter } from './byte-writer.ts';
import { readBatch, readRpcCalls, readTransactionRequest } from './client-request.ts';
import type { FaultStage } from './faults.ts';
import type { TdsHandler } from './handler.ts';
import { packetStatus, packetType, type Message } from './packets.ts';
import { TdsProtocolError } from './protocol-error.ts';
import { ResponseWriter } from './response-writer.ts';
import { doneStatus, environment, token, writeBytesChange, writeDone } from './tokens.ts';
import { Transactions } from './transactions.ts';

export interface ExchangeSettings {
  readonly id: string;
  readonly serverName: string;
  /** TDS version of the client. */
  readonly version: number;
  /** Context database after login. */
  readonly database: string;
  readonly handler: TdsHandler;
  isBroken(stage: FaultStage, answer?: Uint8Array): boolean;
  write(payload: Uint8Array, endOfMessage: boolean): void;
  drop(how: 'reset' | 'close'): void;
  /** The client broke the protocol. */
  fail(error: unknown): void;
}

/** Messages sent ahead while a request runs. The limit is ours. */
const queueLimit = 64;
/** Severity from which SQL Server ends the connection. */
const fatalClass = 20;

export class Exchange {
  readonly #settings: ExchangeSettings;
  readonly #transactions = new Transactions();
  #database: string;
  #isRunning = false;
  #queue: Message[] = [];
  /** Calls of the current message that have not begun. */
  #calls: readonly SqlRequest[] = [];
  /** Undefined while running: the answer is complete, the acknowledgement of an attention is still owed. */
  #response: ResponseWriter | undefined;
  #attentionPending = false;
  /** Some of the current answer has left. */
  #hasBegunAnswer = false;

  constructor(settings: ExchangeSettings) {
    this.#settings = settings;
    this.#database = settings.database;
  }

  /** Decodes now; the function returned acts. */
  prepare(message: Message): () => void {
    if (this.#isRunning) {
      if (this.#queue.length >= queueLimit) throw new TdsProtocolError('too many requests sent ahead');
      this.#queue.push(message);
      return () => undefined;
    }
    // A request that the client gave up while sending it gets no attention acknowledgement (MS-TDS 2.2.1.7).
    if ((message.status & packetStatus.ignore) !== 0) return () => this.#answerDone(doneStatus.error);
    const act = this.#decode(message);
    return () => {
      if (this.#settings.isBroken('request')) return;
      const resets = packetStatus.resetConnection | packetStatus.resetKeepTransaction;
      if ((message.status & resets) !== 0) this.#reset((message.status & packetStatus.resetConnection) !== 0);
      act();
    };
  }

  onAttention(): void {
    if (!this.#isRunning) {
      this.#answerDone(doneStatus.attention);
    } else if (!this.#attentionPending) {
      this.#attentionPending = true;
      this.#settings.handler.attention(this.#settings.id);
    }
  }

  /** Ends what runs with two messages: the cut answer, then DONE with the attention bit. One message of both hangs tedious. */
  acknowledgeAttention(): void {
    if (!this.#attentionPending) return;
    const writer = new ByteWriter();
    this.#response?.cut(writer);
    if (this.#response !== undefined) this.#settings.write(writer.take(), true);
    this.#response = undefined;
    this.#calls = [];
    this.#queue = [];
    this.#attentionPending = false;
    this.#isRunning = false;
    this.#answerDone(doneStatus.attention);
  }

  send(tokens: readonly SqlToken[]): void {
    const response = this.#response;
    if (response === undefined) {
      if (tokens.some((said) => said.kind === 'close')) this.#settings.drop('close');
      return;
    }
    const writer = new ByteWriter(1024);
    const moreCalls = this.#calls.length > 0 && !this.#attentionPending;
    const outcome = writeTokens(writer, response, tokens, moreCalls);
    this.#database = response.database;
    const payload = writer.take();
    if (this.#isCut(payload)) return;
    this.#settings.write(payload, outcome === 'closes' || (outcome === 'ended' && !moreCalls));
    if (outcome === 'closes') this.#settings.drop('close');
    else if (outcome === 'ended') this.#ended();
  }

  /** Asked once per answer, when its first bytes are about to leave. */
  #isCut(payload: Uint8Array): boolean {
    if (payload.length === 0 || this.#hasBegunAnswer) return false;
    this.#hasBegunAnswer = true;
    return this.#settings.isBroken('result-half', payload);
  }

  #decode(message: Message): () => void {
    switch (message.type) {
      case packetType.batch: {
        const batch = readBatch(message.payload);
        return () => this.#begin([batch]);
      }
      case packetType.rpc: {
        const calls = readRpcCalls(message.payload);
        return () => this.#begin(calls);
      }
      case packetType.transaction: {
        const request = readTransactionRequest(message.payload);
        return () =>
          this.#settings.write(this.#transactions.answer(request, this.#settings.serverName), true);
      }
      default:
        throw new TdsProtocolError(`message type 0x${message.type.toString(16)} is not served`);
    }
  }

  /** The ENVCHANGE comes before the answer, in the same message. */
  #reset(endsTransaction: boolean): void {
    this.#database = this.#settings.database;
    if (endsTransaction) this.#transactions.reset();
    const writer = new ByteWriter();
    writeBytesChange(writer, environment.resetConnection, new Uint8Array(0), new Uint8Array(0));
    this.#settings.write(writer.take(), false);
    this.#settings.handler.reset?.(this.#settings.id);
  }

  #begin(calls: readonly SqlRequest[]): void {
    const [request, ...rest] = calls;
    if (request === undefined) return;
    this.#calls = rest;
    this.#hasBegunAnswer = false;
    this.#isRunning = true;
    this.#response = new ResponseWriter(request, this.#settings, this.#database);
    this.#settings.handler.request(this.#settings.id, request);
  }

  #ended(): void {
    this.#response = undefined;
    if (this.#attentionPending) return;
    if (this.#calls.length > 0) {
      this.#begin(this.#calls);
      return;
    }
    this.#isRunning = false;
    const next = this.#queue.shift();
    if (next !== undefined) this.#replay(next);
  }

  /** A message sent ahead that cannot be read ends the connection like any other. */
  #replay(message: Message): void {
    let act: () => void;
    try {
      act = this.prepare(message);
    } catch (error) {
      this.#settings.fail(error);
      return;
    }
    act();
    const next = this.#isRunning ? undefined : this.#queue.shift();
    if (next !== undefined) this.#replay(next);
  }

  #answerDone(status: number): void {
    const writer = new ByteWriter();
    writeDone(writer, { code: token.done, status, command: 0, rows: 0 });
    this.#settings.write(writer.take(), true);
  }
}

type Outcome = 'open' | 'ended' | 'closes';

/** Severity 20 and 'close' end the answer, whole or not, and then the connection. */
function writeTokens(
  writer: ByteWriter,
  response: ResponseWriter,
  tokens: readonly SqlToken[],
  moreCalls: boolean,
): Outcome {
  let isFatal = false;
  for (const said of tokens) {
    if (said.kind === 'close') {
      isFatal = true;
      break;
    }
    if (said.kind === 'end') {
      response.end(writer, said.failed || isFatal, moreCalls && !isFatal);
      const closesAfter = isFatal || tokens.some((other) => other.kind === 'close');
      return closesAfter ? 'closes' : 'ended';
    }
    response.write(writer, said);
    isFatal ||= said.kind === 'error' && said.class >= fatalClass;
  }
  if (!isFatal) return 'open';
  response.cut(writer);
  return 'closes';
}
