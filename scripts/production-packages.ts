/** What the product brings along, out of package-lock.json, as CycloneDX 1.5. Reads no other file; one lock file gives one document. */

export interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  /** `sha512-` and base64. */
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
export interface LockFile {
  readonly name: string;
  readonly version: string;
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface ProductionPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  /** `name@version`. */
  readonly ref: string;
  readonly integrity: string | undefined;
  /** Refs of what it depends on itself. */
  readonly dependsOn: readonly string[];
}

const FOLDER = 'node_modules/';
const nameAt = (place: string): string => place.slice(place.lastIndexOf(FOLDER) + FOLDER.length);

/** Where Node.js would find `name` from `place`: in its own folder, then in every folder above. */
function found(packages: LockFile['packages'], place: string, name: string): string | undefined {
  for (let at = place; ;) {
    const candidate = `${at === '' ? '' : `${at}/`}${FOLDER}${name}`;
    if (candidate in packages) return candidate;
    if (at === '') return undefined;
    at = at.slice(0, Math.max(0, at.lastIndexOf(`/${FOLDER}`)));
  }
}

/** `npm sbom --omit dev` leaves out what a development dependency needs as well, the SQL Server driver among it. */
export function productionPackages({ name, version, packages }: LockFile): readonly ProductionPackage[] {
  const kept = Object.entries(packages).filter(([, entry]) => entry.dev !== true);
  const refs = new Map(
    kept.map(([place, entry]) => [
      place,
      place === '' ? `${name}@${version}` : `${nameAt(place)}@${entry.version}`,
    ]),
  );
  return kept.map(([place, entry]) => {
    const wanted = { ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies };
    const targets = Object.keys(wanted).map((dependency) => found(packages, place, dependency));
    return {
      name: place === '' ? name : nameAt(place),
      version: entry.version,
      license: entry.license,
      ref: refs.get(place) ?? '',
      integrity: entry.integrity,
      dependsOn: [...new Set(targets.flatMap((target) => refs.get(target ?? '-') ?? []))].sort(),
    };
  });
}

const purl = ({ name, version }: ProductionPackage): string =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`;

function component(entry: ProductionPackage, type: 'application' | 'library'): object {
  const { name, version, license, ref, integrity = '' } = entry;
  const [algorithm, digest] = integrity.split('-');
  return {
    type,
    'bom-ref': ref,
    name,
    version,
    purl: purl(entry),
    licenses: license === undefined ? [] : [{ expression: license }],
    ...(algorithm === 'sha512' && digest !== undefined
      ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }
      : {}),
  };
}

export function cycloneDx(packages: readonly ProductionPackage[]): object {
  const [product, ...others] = packages;
  if (product === undefined) throw new TypeError('the lock file names no product');
  const once = [...new Map(others.map((entry) => [entry.ref, entry])).values()];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: component(product, 'application') },
    components: once.map((entry) => component(entry, 'library')),
    dependencies: [product, ...once].map(({ ref, dependsOn }) => ({ ref, dependsOn })),
  };
}
