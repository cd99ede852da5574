/** The tarball that `npm pack` makes, installed globally into an empty folder, as a stranger does it. */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const PACK_LIMIT_MS = 240_000;
const INSTALL_LIMIT_MS = 240_000;

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
}

export interface Ended {
  /** null after a signal, also that of a limit. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** npm tells the programs it runs where its own project is; nothing of that reaches a stranger's terminal. Whom the machine trusts does. */
export function strangersEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(npm_(config_local_prefix|config_global_prefix|config_prefix|package|lifecycle)|INIT_CWD$|NODE_(?!EXTRA_CA_CERTS$)|VITEST)/i;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const node = path.dirname(process.execPath);
  const elsewhere = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: [node, ...elsewhere].join(path.delimiter) };
}

function packagesBelow(folder: string): readonly InstalledPackage[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
  return names.flatMap((name) => {
    const at = path.join(folder, name);
    if (name.startsWith('@')) return packagesBelow(at);
    const file = path.join(at, 'package.json');
    const own = existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as InstalledPackage] : [];
    return [...own, ...packagesBelow(path.join(at, 'node_modules'))];
  });
}

function bytesBelow(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}

export class PackedProduct implements Disposable {
  /** Empty but for what npm installed. */
  readonly folder: string;
  readonly #prefix: string;
  readonly #env = strangersEnvironment();
  #tarball = '';

  private constructor() {
    this.folder = mkdtempSync(path.join(os.tmpdir(), 'pchat-packed-'));
    this.#prefix = path.join(this.folder, 'global');
  }

  static async install(): Promise<PackedProduct> {
    const product = new PackedProduct();
    try {
      await product.#pack();
      await product.#install();
      return product;
    } catch (error) {
      product[Symbol.dispose]();
      throw error;
    }
  }

  async #pack(): Promise<void> {
    const into = path.join(this.folder, 'tarball');
    mkdirSync(into);
    const args = ['pack', '--silent', '--pack-destination', into];
    await run('npm', args, { cwd: root, env: this.#env, timeout: PACK_LIMIT_MS });
    this.#tarball = path.join(into, readdirSync(into)[0] ?? '');
  }

  async #install(): Promise<void> {
    const args = ['install', '--global', '--prefix', this.#prefix, '--omit=dev', this.#tarball];
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    await run('npm', [...args, ...quiet], { cwd: this.folder, env: this.#env, timeout: INSTALL_LIMIT_MS });
  }

  get tarball(): string {
    return this.#tarball;
  }

  /** The same product packed under another version, as a later release. @return its tarball */
  async packAs(version: string): Promise<string> {
    const into = path.join(this.folder, version);
    mkdirSync(into);
    await run('tar', ['--extract', '--gzip', '--file', this.#tarball, '--directory', into]);
    const manifest = path.join(into, 'package/package.json');
    const text = readFileSync(manifest, 'utf8').replace(/"version": "[^"]*"/, `"version": "${version}"`);
    writeFileSync(manifest, text);
    const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', into];
    const { stdout } = await run('npm', args, {
      cwd: path.dirname(manifest),
      env: this.#env,
      timeout: PACK_LIMIT_MS,
    });
    return path.join(into, stdout.trim());
  }

  get tarballBytes(): number {
    return statSync(this.#tarball).size;
  }

  get installedBytes(): number {
    return bytesBelow(this.#modules);
  }

  /** The product and everything that came with it. */
  get packages(): readonly InstalledPackage[] {
    return packagesBelow(this.#modules);
  }

  /** What the product itself brought. */
  file(name: string): string {
    return path.join(this.#modules, 'pchat-operator', name);
  }

  /** `pchat` as the shell finds it. */
  start(...args: readonly string[]): ChildProcessWithoutNullStreams {
    return spawn(path.join(this.#prefix, 'bin/pchat'), args, { cwd: this.folder, env: this.#env });
  }

  pchat(limitMs: number, ...args: readonly string[]): Promise<Ended> {
    return this.#ended(path.join(this.#prefix, 'bin/pchat'), args, limitMs);
  }

  /** With another Node.js than the first on the PATH. */
  pchatUnder(node: string, limitMs: number, ...args: readonly string[]): Promise<Ended> {
    return this.#ended(node, [this.file('dist/cli/main.js'), ...args], limitMs);
  }

  #ended(program: string, args: readonly string[], timeout: number): Promise<Ended> {
    return new Promise((resolve) => {
      execFile(program, args, { cwd: this.folder, env: this.#env, timeout }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, stdout, stderr });
      });
    });
  }

  get #modules(): string {
    return path.join(this.#prefix, 'lib/node_modules');
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
