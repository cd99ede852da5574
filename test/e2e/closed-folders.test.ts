/** A site whose share and copy folder are closed to the daemon's computer: a failover and the failback, over real TDS and processes. */
import { readdirSync, renameSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import { pchat } from '../support/pchat.ts';
import { onlyOnShare, RARELY_COPIED } from '../wire/kill-points.ts';
import { WireStage } from '../wire/wire-stage.ts';

const { share: SHARE, copyFolder: COPIES } = DEFAULT_ESTATE;
const FACTOR = 40;
const UNCOPIED = 3;

const localOf = ({ estate }: WireStage, folder: string): string => estate.folders.get(folder) ?? '';

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
  const { settingsFile } = stage.playground.documents;
  const { code, stdout } = await pchat('doctor', '--only', only, '-o', 'json', '-s', settingsFile);
  const { pools } = JSON.parse(stdout) as Findings;
  const findings = pools.flatMap((pool) => pool.findings);
  expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
  expect(code).toBe(0);
  return findings.map(({ reason }) => reason);
}

/** By hand, where the daemon cannot. */
function moveAway(stage: WireStage, folder: string): void {
  const local = localOf(stage, folder);
  mkdirSync(path.join(local, 'quarantine'));
  for (const name of readdirSync(local).filter((file) => file.endsWith('.trn')))
    renameSync(path.join(local, name), path.join(local, 'quarantine', name));
}

test('with share and copy folder closed the pool moves to lyon and back, and loses what was in no file', async () => {
  await using stage = await WireStage.open({
    seed: 'closed',
    factor: FACTOR,
    overrides: { ...RARELY_COPIED, closedToDaemon: [SHARE, COPIES] },
  });
  const { estate } = stage;
  // A folder that looks empty would count as not seen.
  writeFileSync(path.join(localOf(stage, COPIES), 'keep.txt'), '');
  await stage.startDaemon();
  await estate.fault('clients on');
  await stage.until('log backups that only the share has', () => onlyOnShare(estate).length >= UNCOPIED);
  const uncopied = onlyOnShare(estate);
  const said = await foldersByDoctor(stage);
  expect(said.join('\n')).toContain('restores log backups straight from the share (sql-server)');

  await estate.fault('down site home');
  await stage.verdictOnHome('silent');
  stage.edit('lyon');
  await stage.converged('backup');
  expect(begun(stage)).toContain('apply-log-backups');
  expect(begun(stage)).not.toContain('copy-log-backups');
  expect(readdirSync(localOf(stage, COPIES)).filter((name) => name.endsWith('.trn'))).toEqual([]);
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
    writeFileSync(path.join(localOf(stage, folder), 'keep.txt'), '');
  }
  await stage.converged('home');
  expect(begun(stage, from)).toContain('establish-log-shipping');
  expect(estate.checker().writableAtTwoSitesMs).toBe(0);
});
