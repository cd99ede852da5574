/** The estate's control port on the loopback: cmdlets from the shell's child, faults, status and the checker's account. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { CmdletOutcome } from '../estate-contract.ts';
import {
  LineSplitter,
  parseControlRequest,
  type ControlAnswer,
  type ControlRequest,
} from './control-protocol.ts';

export interface ControlHandler {
  /** Answered later through `answerCmdlet` under the same id. */
  cmdlet(id: string, request: Extract<ControlRequest, { readonly kind: 'cmdlet' }>): void;
  shellIsUp(): boolean;
  /** Throws with the reason when the fault is unknown or impossible. */
  fault(command: string): void;
  post(client: string, text: string): unknown;
  status(): unknown;
  checker(): unknown;
}

export class ControlServer {
  readonly #handler: ControlHandler;
  readonly #sockets = new Set<Socket>();
  readonly #shells = new Set<Socket>();
  /** Open cmdlets: the estate's id -> who asked, under which id. */
  readonly #cmdlets = new Map<string, { readonly socket: Socket; readonly id: string }>();
  #server: Server | undefined;
  #count = 0;

  constructor(handler: ControlHandler) {
    this.#handler = handler;
  }

  listen(): Promise<number> {
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  }

  answerCmdlet(id: string, outcome: CmdletOutcome): void {
    const asked = this.#cmdlets.get(id);
    this.#cmdlets.delete(id);
    if (asked !== undefined) say(asked.socket, { kind: 'cmdlet', id: asked.id, outcome });
  }

  /** Every child of the management shell is told to end. */
  shellDown(): void {
    for (const socket of this.#shells) say(socket, { kind: 'shell-down' });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#shells.delete(socket);
      for (const [id, asked] of this.#cmdlets) if (asked.socket === socket) this.#cmdlets.delete(id);
    });
    const splitter = new LineSplitter();
    socket.setEncoding('utf8').on('data', (chunk) => {
      for (const line of splitter.push(chunk.toString())) this.#line(socket, line);
    });
  }

  #line(socket: Socket, line: string): void {
    const request = parseControlRequest(line);
    if (request === undefined) {
      say(socket, { kind: 'refused', id: '', problem: 'not a control request' });
      return;
    }
    if (request.kind === 'cmdlet') {
      this.#count += 1;
      const id = `shell-${this.#count}`;
      this.#cmdlets.set(id, { socket, id: request.id });
      this.#handler.cmdlet(id, request);
      return;
    }
    try {
      say(socket, { kind: 'done', id: request.id, value: this.#run(socket, request) ?? null });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      say(socket, { kind: 'refused', id: request.id, problem });
    }
  }

  #run(socket: Socket, request: Exclude<ControlRequest, { readonly kind: 'cmdlet' }>): unknown {
    switch (request.kind) {
      case 'fault':
        this.#handler.fault(request.command);
        return undefined;
      case 'post':
        return this.#handler.post(request.client, request.text);
      case 'status':
        return this.#handler.status();
      case 'checker':
        return this.#handler.checker();
      case 'shell':
        if (!this.#handler.shellIsUp()) throw new Error('the management shell is down');
        this.#shells.add(socket);
        return undefined;
    }
  }
}

function say(socket: Socket, answer: ControlAnswer): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`);
}
