/** The packed product as a service of systemd, on a Debian booted for it, before a simulated estate of this machine. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { openPlayground, type Playground } from '../../src/cli/estate-story/playground.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { documentParts, typedLines } from '../support/command-blocks.ts';
import { BootedSystem } from './booted-system.ts';

const root = path.resolve(import.meta.dirname, '../..');
const CLONE = '/srv/clone';
const DISKS = '/srv/disks';
const RELEASES = '/srv';
const CONFIGURATION = '/etc/pchat';
export const STATE = '/var/lib/pchat';
const FACTOR = 40;
const UNTIL_LIMIT_MS = 60_000;
const LOOK_MS = 500;

/** What a page of the documentation leaves to this test, line by line. */
export function serviceLines(page: string): readonly string[] {
  const parts = documentParts(readFileSync(path.join(root, page), 'utf8'));
  const at = parts.findIndex(
    (part) =>
      part.kind === 'directive' &&
      part.name === 'elsewhere' &&
      part.value.includes('tarball.test.ts (service)'),
  );
  const block = parts[at + 1];
  if (block?.kind !== 'block') throw new Error(`${page} leaves no block to this test`);
  return typedLines(block.text);
}

interface Settings {
  readonly defaults: { readonly password: { readonly file: string }; readonly caFile: string };
  readonly pathMap: readonly { readonly sqlServer: string; readonly local: string }[];
  readonly shell: { readonly command: readonly string[] };
}

export class PackedService implements AsyncDisposable {
  readonly system: BootedSystem;
  readonly #playground: Playground;

  private constructor(system: BootedSystem, playground: Playground) {
    this.system = system;
    this.#playground = playground;
  }

  static async open(): Promise<PackedService> {
    const playground = await openPlayground({
      directory: mkdtempSync(path.join(os.tmpdir(), 'pchat-service-')),
      shareSite: 'backup',
      nowMs: hostClock.now(),
      seed: 'service',
      factor: FACTOR,
    });
    try {
      const disks = path.join(playground.directory, 'disks');
      const binds = { [CLONE]: { from: root, readOnly: true }, [DISKS]: { from: disks } };
      return new PackedService(await BootedSystem.boot({ binds }), playground);
    } catch (error) {
      await end(playground);
      throw error;
    }
  }

  /** @return where the booted system has it */
  bring(tarball: string): string {
    const at = path.join(RELEASES, path.basename(tarball));
    copyFileSync(tarball, this.system.file(at));
    return at;
  }

  /** The administrator's files, where docs/install.md says that they belong; readable by the group `pchat` and nobody else. */
  async configure(): Promise<void> {
    const { directory, documents } = this.#playground;
    const settings = parse(readFileSync(documents.settingsFile, 'utf8')) as Settings;
    const folder = this.system.file(CONFIGURATION);
    const disk = (local: string): string => realpathSync(local).replace(path.join(directory, 'disks'), DISKS);
    copyFileSync(documents.desiredFile, path.join(folder, 'desired-state.yaml'));
    copyFileSync(settings.defaults.password.file, path.join(folder, 'sql-password'));
    copyFileSync(settings.defaults.caFile, path.join(folder, 'ca.pem'));
    const pathMap = settings.pathMap.map(({ sqlServer, local }) => ({ sqlServer, local: disk(local) }));
    const [, program = '', ...args] = settings.shell.command;
    const own = {
      ...settings,
      desiredState: { file: path.join(CONFIGURATION, 'desired-state.yaml') },
      journal: { directory: STATE },
      defaults: {
        ...settings.defaults,
        password: { file: path.join(CONFIGURATION, 'sql-password') },
        caFile: path.join(CONFIGURATION, 'ca.pem'),
      },
      pathMap,
      shell: { ...settings.shell, command: ['/usr/bin/node', program.replace(root, CLONE), ...args] },
    };
    writeFileSync(path.join(folder, 'settings.yaml'), stringify(own));
    await this.system.type(
      `chgrp pchat ${CONFIGURATION}/* && chmod 0640 ${CONFIGURATION}/* && chgrp -R pchat ${DISKS} && chmod -R g+rwX ${DISKS}`,
    );
    // As `systemctl edit pchat` writes it.
    const dropIn = this.system.file('/etc/systemd/system/pchat.service.d');
    mkdirSync(dropIn);
    const folders = pathMap.map(({ local }) => `-${local}`).join(' ');
    writeFileSync(path.join(dropIn, 'override.conf'), `[Service]\nReadWritePaths=${folders}\n`);
  }

  /** Rejects with the last output, and with the unit's log, when `line` never prints it. */
  async until(line: string, printed: RegExp): Promise<string> {
    const endMs = performance.now() + UNTIL_LIMIT_MS;
    for (;;) {
      const output = await this.system.type(line).catch((error: unknown) => String(error));
      if (printed.test(output)) return output;
      if (performance.now() > endMs) {
        const log = await this.system.type('journalctl --unit pchat --lines 40 --output cat');
        throw new Error(`${line} never printed ${String(printed)}:\n${output}\n${log}`);
      }
      await setTimeout(LOOK_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.system[Symbol.asyncDispose]();
    await end(this.#playground);
  }
}

async function end(playground: Playground): Promise<void> {
  await playground.stop();
  rmSync(playground.directory, { recursive: true, force: true });
}
