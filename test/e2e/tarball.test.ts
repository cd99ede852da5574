import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { licenceTrouble } from '../../scripts/licences.ts';
import { poolDocument } from '../support/pool-document.ts';
import { whyNoBoot } from './booted-system.ts';
import { PackedProduct } from './packed-product.ts';
import { PackedService, serviceLines, STATE } from './packed-service.ts';

const inRoot = (file: string): unknown =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8'));
const manifest = inRoot('package.json') as { readonly version: string };
const lock = inRoot('package-lock.json') as {
  readonly packages: Readonly<Record<string, { readonly dev?: true }>>;
};

/** Bytes and packages that a stranger gets; a new dependency is a decision, and moves these on purpose. */
const MOST = { tarballBytes: 1.5e6, installedBytes: 130e6, packages: 190 };
const DEMO_LIMIT_MS = 180_000;
const SHORT_MS = 30_000;

const OLDEST_NODE = 24;
/** A Node.js that is too old; where a machine has none, that test is skipped by name. */
const oldNode = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/bin', '/usr/local/bin']
  .map((folder) => path.join(folder, 'node'))
  .filter((file) => existsSync(file))
  .find((file) => Number(/\d+/.exec(execFileSync(file, ['--version'], { encoding: 'utf8' }))) < OLDEST_NODE);

let product: PackedProduct;
beforeAll(async () => {
  product = await PackedProduct.install();
}, 500_000);
afterAll(() => {
  product[Symbol.dispose]();
});

describe('the packed product in an empty folder', () => {
  test('is small, and brings no development dependency', () => {
    const { tarballBytes, installedBytes, packages } = product;
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
    console.info(
      `tarball ${megabytes(tarballBytes)}, installed ${megabytes(installedBytes)}, ${String(packages.length)} packages`,
    );
    expect(tarballBytes).toBeLessThan(MOST.tarballBytes);
    expect(installedBytes).toBeLessThan(MOST.installedBytes);
    expect(packages.length).toBeLessThan(MOST.packages);
    // A tool may also be what a dependency needs, as ajv is; it is then the dependency's.
    const tools = Object.entries(lock.packages).flatMap(([at, { dev }]) =>
      dev === true && at.lastIndexOf('node_modules/') === 0 ? [at.slice('node_modules/'.length)] : [],
    );
    expect(tools).toContain('vitest');
    expect(packages.filter(({ name }) => tools.includes(name))).toEqual([]);
  });

  test('brings one SQL Server driver, and a safe one', () => {
    const drivers = product.packages.filter(({ name }) => name === 'tedious');
    const versions = drivers.map(({ version }) => version.split('.').map(Number));
    expect(versions).toHaveLength(1);
    const [[major = 0, minor = 0] = []] = versions;
    expect(major > 20 || (major === 20 && minor >= 3)).toBe(true);
  });

  test('brings no licence that is not allowed', () => {
    expect(product.packages.flatMap(licenceTrouble)).toEqual([]);
  });

  test.each([
    'settings.example.yaml',
    'desired-state.example.yaml',
    'docs/install.md',
    'deploy/systemd/pchat.service',
    'dist/web/index.html',
    'dist/web/licences.md',
    'dist/game-day/game-day.html',
  ])('holds %s', (name) => {
    expect(existsSync(product.file(name))).toBe(true);
  });

  test('tells its version', { timeout: SHORT_MS }, async () => {
    const told = await product.pchat(SHORT_MS, '--version');
    expect(told).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  test('plays the demo to its end, and no message is lost unnamed', { timeout: DEMO_LIMIT_MS }, async () => {
    // Four times as fast as by default: the story is the same.
    const demo = await product.pchat(DEMO_LIMIT_MS, 'demo', '--factor', '240', '--output', 'json');
    expect(demo.code, demo.stderr).toBe(0);
    const report = JSON.parse(demo.stdout.trimEnd().split('\n').at(-1) ?? '') as unknown;
    expect(report).toMatchObject({
      failover: { seedSteps: [1, 2, 3, 4, 5, 6, 7] },
      ledger: { unnamedLost: 0 },
      writableAtTwoSitesMs: 0,
    });
  });

  test('runs the daemon until it is asked to stop', { timeout: 60_000 }, async () => {
    writeFileSync(
      path.join(product.folder, 'pools.yaml'),
      poolDocument('paris').replaceAll('.contoso.com', '.invalid'),
    );
    const settings = path.join(product.folder, 'settings.yaml');
    writeFileSync(
      settings,
      'desiredState: { file: pools.yaml }\njournal: { directory: state }\nhttp: { port: 0 }\nlog: { level: error }\n',
    );
    const daemon = product.start('run', '--settings', settings);
    try {
      const [line] = (await once(daemon.stdout, 'data')) as [Buffer];
      const address = /pchat listens on (\S+)/.exec(line.toString())?.[1] ?? '';
      expect((await fetch(new URL('/healthz', address))).status).toBe(200);
      expect(await (await fetch(address)).text()).toContain('<title>pchat</title>');
      daemon.kill('SIGTERM');
      expect(await once(daemon, 'exit')).toEqual([0, null]);
    } finally {
      daemon.kill('SIGKILL');
    }
  });

  test.skipIf(oldNode === undefined)(
    'says on an older Node.js what to install (needs a Node.js below 24 beside it)',
    { timeout: SHORT_MS },
    async () => {
      const told = await product.pchatUnder(oldNode ?? '', SHORT_MS, 'demo');
      expect(told.code).toBe(6);
      expect(told.stdout).toBe('');
      expect(told.stderr).toMatch(/^pchat: PCO_UNSUPPORTED_RUNTIME: Node\.js \S+ is older than 24$/m);
      expect(told.stderr).toContain('install Node.js 24 or newer');
    },
  );
});

const noBoot = whyNoBoot();
const SERVICE_LIMIT_MS = 300_000;
const NEWER = '99.0.0';

describe.skipIf(noBoot !== undefined)(
  `the packed product as a service of systemd${noBoot === undefined ? '' : `: ${noBoot}`}`,
  () => {
    test(
      'installs, runs under the hardened unit and is upgraded as docs/install.md and docs/upgrade.md say',
      { timeout: SERVICE_LIMIT_MS },
      async () => {
        await using service = await PackedService.open();
        const { system } = service;
        const pchat = (command: string): string => `pchat ${command} --settings /etc/pchat/settings.yaml`;
        await system.type(`npm install --global ${service.bring(product.tarball)}`);
        const installed = (await system.type('npm root --global')).trim();

        const lines = serviceLines('docs/install.md');
        for (const line of lines) {
          if (line.includes('systemctl daemon-reload')) await service.configure();
          await system.type(line, `${installed}/pchat-operator`);
        }
        const converged = /contoso-chat.*converged/i;
        await service.until(pchat('status'), converged);
        const epochs = `grep --only-matching '"kind":"started"' ${STATE}/journal.ndjson | wc --lines`;
        expect((await system.type(epochs)).trim()).toBe('1');
        expect(await system.type(`stat --format '%U %a' ${STATE}`)).toBe('pchat 700\n');

        const guards = `grep --extended-regexp '^(NoNewPrivs|Seccomp|CapEff):' /proc/$(systemctl show pchat --property MainPID --value)/status`;
        expect(await system.type(guards)).toBe('CapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n');

        const newer = service.bring(await product.packAs(NEWER));
        for (const line of serviceLines('docs/upgrade.md'))
          await system.type(line.replace('pchat-operator-NEW.tgz', newer));
        expect((await system.type('pchat --version')).trim()).toBe(NEWER);
        await service.until(epochs, /^2$/m);
        await service.until(pchat('status'), converged);
        await system.type(
          `cmp --bytes=$(stat --format %s ${STATE}.before/journal.ndjson) ${STATE}.before/journal.ndjson ${STATE}/journal.ndjson`,
        );

        await system.type('systemctl stop pchat');
        const ended = await system.type('systemctl show pchat --property Result,ExecMainStatus,NRestarts');
        expect(ended.trim().split('\n').toSorted()).toEqual([
          'ExecMainStatus=0',
          'NRestarts=0',
          'Result=success',
        ]);
      },
    );
  },
);
