/** A site whose share and copy folder are closed to the daemon's computer: a failover and the failback, over real TDS and processes. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import { pchat } from '../support/pchat.ts';
import { RARELY_COPIED } from '../wire/kill-points.ts';
import { WireStage } from '../wire/wire-stage.ts';

const { share: SHARE, copyFolder: COPIES } = DEFAULT_ESTATE;
const FACTOR = 40;
const UNCOPIED = 3;

/** The disk itself: what the daemon's computer sees of it leads nowhere. */
const diskOf = ({ playground, estate }: WireStage, folder: string): string =>
  path.join(playground.directory, 'disks', path.basename(estate.folders.get(folder) ?? ''));

const logBackupsIn = (stage: WireStage, folder: string): readonly string[] =>
  readdirSync(diskOf(stage, folder)).filter((name) => name.endsWith('.trn'));

const begun = ({ records }: WireStage, from = 0): readonly string[] =>
  records.slice(from).flatMap((record) => (record.kind === 'intent' ? [record.action] : []));

interface Findings {
  readonly pools: readonly {
    readonly findings: readonly { readonly check: string; readonly level: string; readonly reason: string }[];
  }[];
}

/** What doctor says of the folders; it ends with 0. */
async function foldersByDoctor(stage: WireStage): Promise<readonly string[]> {
  const only = 'path-map,folder-reachable,files-travel,log-backup-readable,rights';
  const { directory, documents } = stage.playground;
  // A command starts cold: on a busy machine its first connections take longer than a daemon's.
  const patient = path.join(directory, 'patient.yaml');
  const text = readFileSync(documents.settingsFile, 'utf8');
  writeFileSync(
    patient,
    text.replaceAll(
      /^( +(?:connect|instance|folder|shell|chatServer): ).*$/gm,
      (_, key: string) => `${key}20s`,
    ),
  );
  const { code, stdout } = await pchat('doctor', '--only', only, '-o', 'json', '-s', patient);
  const { pools } = JSON.parse(stdout) as Findings;
  const findings = pools.flatMap((pool) => pool.findings);
  expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
  expect(code).toBe(0);
  return findings.map(({ reason }) => reason);
}

/** By hand, where the daemon cannot. */
function moveAway(stage: WireStage, folder: string): void {
  const disk = diskOf(stage, folder);
  mkdirSync(path.join(disk, 'quarantine'));
  for (const name of logBackupsIn(stage, folder))
    renameSync(path.join(disk, name), path.join(disk, 'quarantine', name));
}

test('with share and copy folder closed the pool moves to lyon and back, restored straight from the share', async () => {
  await using stage = await WireStage.open({
    seed: 'closed',
    factor: FACTOR,
    overrides: { ...RARELY_COPIED, closedToDaemon: [SHARE, COPIES] },
  });
  const { estate } = stage;
  // A folder that looks empty would count as not seen.
  writeFileSync(path.join(diskOf(stage, COPIES), 'keep.txt'), '');
  await stage.startDaemon();
  await estate.fault('clients on');
  await stage.until(
    'log backups that only the share has',
    () => logBackupsIn(stage, SHARE).length >= UNCOPIED,
  );
  const uncopied = logBackupsIn(stage, SHARE);
  const said = await foldersByDoctor(stage);
  expect(said.join('\n')).toContain('restores log backups straight from the share (sql-server)');

  await estate.fault('down site home');
  await stage.verdictOnHome('silent');
  stage.edit('lyon');
  await stage.converged('backup');
  expect(begun(stage)).toContain('apply-log-backups');
  expect(begun(stage)).not.toContain('copy-log-backups');
  expect(logBackupsIn(stage, COPIES)).toEqual([]);
  const restored = stage.records.flatMap((record) =>
    record.kind === 'outcome' && record.action === 'apply-log-backups' ? [JSON.stringify(record)] : [],
  );
  for (const name of uncopied) expect(restored.join('\n')).toContain(name);

  await estate.fault('rebuild site home');
  const from = stage.records.length;
  stage.edit('paris');
  await stage.until('the question about old log backups', async () =>
    JSON.stringify((await stage.status())?.plan ?? null).includes('shipping.strays'),
  );
  expect(begun(stage, from)).toEqual([]);
  for (const folder of [SHARE, COPIES]) {
    moveAway(stage, folder);
    writeFileSync(path.join(diskOf(stage, folder), 'keep.txt'), '');
  }
  await stage.converged('home');
  expect(begun(stage, from)).toContain('establish-log-shipping');
  expect(estate.checker().writableAtTwoSitesMs).toBe(0);
});
