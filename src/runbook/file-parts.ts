/** Copying log backups and taking strays out of the way: lines of PowerShell on a machine that sees both folders. */
import { filesToCopy } from '../actuators/choose-files.ts';
import { joinPath } from '../actuators/file-names.ts';
import { strayLogBackups } from '../actuators/quarantine-files.ts';
import { valueOf } from '../topology/known.ts';
import type { Site } from '../topology/pool-topology.ts';
import { stopPart, type Part } from './part.ts';
import { call, list, quoted } from './powershell.ts';
import { copyAt, ownFile, serving, share, type Scene } from './scene.ts';

/** The tail of this site that an earlier step of this runbook takes. */
export function ownTail(scene: Scene, of: Site = 'home'): string | undefined {
  if (scene.before.has(`tail-log-backup:${of}`)) return ownFile(scene, '', 'tail', 'trn').slice(1);
  const damaged = of === 'home' && scene.before.has('tail-damaged:home');
  return damaged ? ownFile(scene, '', 'damaged-tail', 'trn').slice(1) : undefined;
}

const copyLines = (from: string, to: string, sizeBytes: number | null): readonly string[] => [
  call('Copy-Item', { LiteralPath: from, Destination: to }),
  ...(sizeBytes === null
    ? []
    : [
        `if ((${call('Get-Item', { LiteralPath: to })}).Length -ne ${String(sizeBytes)}) { throw 'STOP: the copy has another size than the file that was observed' }`,
      ]),
];

/** A log backup that nobody knew of when this was written would be passed over. */
const refuseUnknown = (folder: string, known: readonly string[]): readonly string[] => [
  `foreach ($file in ${call('Get-ChildItem', { LiteralPath: folder, Filter: '*.trn' })}) {`,
  `  if (${list(known)} -notcontains $file.Name) { throw "STOP: $($file.Name) came after this runbook was written; write it anew" }`,
  '}',
];

export function copyLogBackups(scene: Scene): readonly Part[] {
  const { topology } = scene.pool;
  const { copyFolder } = topology.logShipping;
  const work = filesToCopy(scene.facts, topology);
  const listed = valueOf(scene.facts.share);
  if (work === undefined || listed === 'unknown')
    return [
      stopPart(
        'The share or the copy folder was not seen, so its files cannot be named. Write the runbook anew.',
      ),
    ];
  const tail = ownTail(scene);
  const files = [
    ...work.files.map(({ name, sizeBytes }) => ({ name, sizeBytes })),
    ...(tail === undefined ? [] : [{ name: tail, sizeBytes: null }]),
  ];
  const known = [...listed.files.map(({ name }) => name), ...(tail === undefined ? [] : [tail])];
  return [
    {
      kind: 'files',
      title: `Copy ${String(files.length)} log backups, on a machine that sees both folders under these names`,
      lines: [
        ...refuseUnknown(share(scene), known),
        ...work.leftovers.map((name) => call('Remove-Item', { LiteralPath: joinPath(copyFolder, name) })),
        ...files.flatMap(({ name, sizeBytes }) =>
          copyLines(joinPath(share(scene), name), joinPath(copyFolder, name), sizeBytes),
        ),
      ],
      expected: 'no error; every copy has the size of its file',
      bytes: work.files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
    },
  ];
}

const moveLines = (folder: string, from: string): readonly string[] => {
  const quarantine = joinPath(folder, 'quarantine');
  return [
    `[void](${call('New-Item', { ItemType: 'Directory', Path: quarantine, Force: true })})`,
    from,
    `  ${call('Move-Item', { LiteralPath: { code: '$file.FullName' }, Destination: quarantine })}`,
    '}',
  ];
};

/** What the restored copy can never take leaves the folders of the jobs; moved, never deleted. */
export function quarantineStrays(scene: Scene): readonly Part[] {
  const restored = scene.before.has('restore-home:home');
  const home = copyAt(scene, serving(scene, 'home'));
  const folders = [scene.facts.share, scene.facts.copyFolder].flatMap((observed) => {
    const folder = valueOf(observed);
    return folder === 'unknown' ? [] : [folder];
  });
  const lines = folders.flatMap((folder) => {
    const files = call('Get-ChildItem', { LiteralPath: folder.path, Filter: '*.trn' });
    if (restored) return moveLines(folder.path, `foreach ($file in ${files}) {`);
    const strays = home === undefined ? [] : strayLogBackups(folder, home).map(({ name }) => name);
    if (strays.length === 0) return [];
    return moveLines(
      folder.path,
      `foreach ($file in ${files}) { if (${list(strays)} -notcontains $file.Name) { continue }`,
    );
  });
  if (lines.length === 0) return [];
  return [
    {
      kind: 'files',
      title: restored
        ? 'Move every log backup of the time before the restore to quarantine'
        : 'Move the log backups of another line to quarantine',
      lines,
      expected: 'no error',
    },
  ];
}

/** The newest log backup gets a name that is known beforehand, in a folder that the other instance sees. */
export const newestLogBackup = (folder: string, to: string): readonly string[] => [
  '$newest = $null',
  `foreach ($file in ${call('Get-ChildItem', { LiteralPath: folder, Filter: '*.trn' })}) {`,
  '  if ($null -eq $newest -or $file.Name -gt $newest.Name) { $newest = $file }',
  '}',
  `if ($null -eq $newest) { throw ${quoted('STOP: the share holds no log backup')} }`,
  call('Copy-Item', { LiteralPath: { code: '$newest.FullName' }, Destination: to }),
];
