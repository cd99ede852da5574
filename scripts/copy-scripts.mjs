// What the compiler does not bring along: the PowerShell scripts of src, into the folder that is named.
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [, , target] = process.argv;
if (target === undefined) throw new Error('usage: node scripts/copy-scripts.mjs FOLDER');
const source = fileURLToPath(new URL('../src/', import.meta.url));
for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.ps1')) continue;
  mkdirSync(path.dirname(path.join(target, name)), { recursive: true });
  cpSync(path.join(source, name), path.join(target, name));
}
