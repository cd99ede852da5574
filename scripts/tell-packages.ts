/** `npm run sbom` prints the CycloneDX document; `npm run licences` the licences, and ends with 1 when one is not allowed. */
import { readFileSync } from 'node:fs';
import { licenceTrouble } from './licences.ts';
import { cycloneDx, productionPackages, type LockFile } from './production-packages.ts';

const lockFile = new URL('../package-lock.json', import.meta.url);
const packages = productionPackages(JSON.parse(readFileSync(lockFile, 'utf8')) as LockFile);

if (process.argv.includes('--licences')) {
  const byLicence = Map.groupBy(packages.slice(1), ({ license = 'none' }) => license);
  for (const [licence, list] of [...byLicence].sort(([a], [b]) => a.localeCompare(b)))
    console.log(
      `${licence} (${list.length}): ${list.map(({ name, version }) => `${name} ${version}`).join(', ')}`,
    );
  const trouble = packages.flatMap(licenceTrouble);
  for (const line of trouble) console.error(line);
  if (trouble.length > 0) process.exitCode = 1;
} else console.log(JSON.stringify(cycloneDx(packages), null, 2));
