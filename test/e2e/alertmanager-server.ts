/** Alertmanager and amtool as an administrator runs them, with a receiver that keeps what arrives. They need `npm run setup`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { listening, runTool, type ToolRun } from './prometheus-server.ts';

const ALERTMANAGER = '/usr/bin/prometheus-alertmanager';
const AMTOOL = '/usr/bin/amtool';
export const EXAMPLE_FILE = path.resolve(
  import.meta.dirname,
  '../../deploy/alertmanager/alertmanager.example.yaml',
);
/** Longer than it takes on a busy machine. */
const START_LIMIT_MS = 60_000;

/** Missing parts are skipped by name on a person's machine; in CI they are a failure. */
export const alertmanagerIsAbsent =
  ![ALERTMANAGER, AMTOOL].every((program) => existsSync(program)) && process.env['CI'] !== 'true';

export const amtool = (args: readonly string[]): Promise<ToolRun> => runTool(AMTOOL, args);

export interface ArrivedAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Path that the receiver was called at. */
  readonly at: string;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** What a person would be sent. */
export class AlertReceiver implements AsyncDisposable {
  readonly arrived: ArrivedAlert[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void bodyOf(request).then((text) => {
        const { alerts } = JSON.parse(text) as { readonly alerts: readonly Omit<ArrivedAlert, 'at'>[] };
        this.arrived.push(...alerts.map((alert) => ({ ...alert, at: request.url ?? '' })));
        response.end();
      });
    });
  }

  static async listen(): Promise<AlertReceiver> {
    const receiver = new AlertReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get address(): string {
    return `127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export class AlertmanagerServer implements AsyncDisposable {
  readonly address: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.address = address;
  }

  /** With the example as it is, but for the address of the receiver and waits of a second. */
  static async start(folder: string, receiver: string): Promise<AlertmanagerServer> {
    const configFile = path.join(folder, 'alertmanager.yaml');
    const config = readFileSync(EXAMPLE_FILE, 'utf8')
      .replaceAll('127.0.0.1:9475', receiver)
      .replace(/(?<key>group_(?:wait|interval): )\w+/g, '$<key>1s');
    writeFileSync(configFile, config);
    const args = [
      `--config.file=${configFile}`,
      `--storage.path=${path.join(folder, 'alertmanager')}`,
      '--web.listen-address=127.0.0.1:0',
      '--cluster.listen-address=',
    ];
    const child = spawn(ALERTMANAGER, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    const late = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
    try {
      return new AlertmanagerServer(child, await listening(child));
    } finally {
      clearTimeout(late);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
