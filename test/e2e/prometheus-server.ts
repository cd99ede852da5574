/** Prometheus and promtool as an administrator runs them, on loopback and in a folder of their own. They need `npm run setup`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { RULES_FILE } from '../support/alert-rules.ts';

const PROMETHEUS = '/usr/bin/prometheus';
const PROMTOOL = '/usr/bin/promtool';
/** Missing parts are skipped by name on a person's machine; in CI they are a failure. */
export const prometheusIsAbsent =
  ![PROMETHEUS, PROMTOOL].every((program) => existsSync(program)) && process.env['CI'] !== 'true';

/** Longer than any part takes on a busy machine; reaching it is a failure that says what was awaited. */
const LIMIT_MS = 60_000;
const LOOK_MS = 200;

export interface WatchOptions {
  /** Left out: the rules as they are. */
  readonly rulesFile?: string;
  /** Host and port of the Alertmanager that alerts are sent to. */
  readonly alertmanager?: string;
}

export interface ToolRun {
  readonly code: number | null;
  readonly output: string;
}

/** @param input standard input */
export const promtool = (args: readonly string[], input = ''): Promise<ToolRun> =>
  runTool(PROMTOOL, args, input);

export async function runTool(program: string, args: readonly string[], input = ''): Promise<ToolRun> {
  const child = spawn(program, args, { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

export interface InstantSample {
  readonly metric: Readonly<Record<string, string>>;
  /** Time and value. */
  readonly value: readonly [number, string];
}

interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly result: readonly InstantSample[] };
}

export class PrometheusServer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #address: string;

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.#address = address;
  }

  /** Scrapes the daemon at `target` (host and port) every second and loads the alert rules. */
  static async start(folder: string, target: string, options: WatchOptions = {}): Promise<PrometheusServer> {
    const { rulesFile = RULES_FILE, alertmanager } = options;
    const configFile = path.join(folder, 'prometheus.yaml');
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [rulesFile],
      ...(alertmanager !== undefined && {
        alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
      }),
      scrape_configs: [{ job_name: 'pchat-operator', static_configs: [{ targets: [target] }] }],
    };
    writeFileSync(configFile, stringify(config));
    const args = [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${path.join(folder, 'prometheus')}`,
      '--web.listen-address=127.0.0.1:0',
    ];
    const child = spawn(PROMETHEUS, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    const late = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    try {
      const server = new PrometheusServer(child, await listening(child));
      // It listens before it has opened its storage, and refuses every question until then.
      while (!(await fetch(`http://${server.#address}/-/ready`)).ok)
        await hostClock.sleep(LOOK_MS, new AbortController().signal);
      return server;
    } finally {
      clearTimeout(late);
    }
  }

  /** An instant query. */
  async query(expression: string): Promise<readonly InstantSample[]> {
    const url = `http://${this.#address}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const answer = (await (await fetch(url)).json()) as QueryAnswer;
    if (answer.data === undefined) throw new Error(`${expression}: ${answer.error ?? answer.status}`);
    return answer.data.result;
  }

  /** Names of the alerts whose expression was true when the rules were evaluated last. */
  async alerts(): Promise<ReadonlySet<string>> {
    const answer = (await (await fetch(`http://${this.#address}/api/v1/alerts`)).json()) as {
      readonly data: { readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[] };
    };
    return new Set(answer.data.alerts.map(({ labels }) => labels['alertname'] ?? ''));
  }

  async until(what: string, seen: () => Promise<boolean>): Promise<void> {
    const endMs = hostClock.monotonicMs() + LIMIT_MS;
    const { signal } = new AbortController();
    while (!(await seen())) {
      if (hostClock.monotonicMs() > endMs)
        throw new Error(
          `${what} was not seen within ${String(LIMIT_MS)} ms; alerts: ${[...(await this.alerts())].join(', ')}`,
        );
      await hostClock.sleep(LOOK_MS, signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

/** Of Prometheus or Alertmanager. Resolves with host and port; rejects with the end of its log when it ends instead. */
export async function listening(child: ChildProcess): Promise<string> {
  const { stderr } = child;
  if (stderr === null) throw new TypeError('its log is not piped');
  const log: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    log.push(line);
    const address = /msg="Listening on" address=(\S+)/.exec(line)?.[1];
    if (address === undefined) continue;
    stderr.resume();
    return address;
  }
  throw new Error(`it ended before it listened: ${log.slice(-3).join('\n')}`);
}
