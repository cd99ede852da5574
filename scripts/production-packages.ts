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

/** Development dependencies whose code the built page holds. */
const BUNDLED = ['react', 'react-dom'];
const ROOT = '';

const dependenciesOf = (place: string, entry: LockedPackage): readonly string[] => [
  ...Object.keys({ ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies }),
  ...(place === ROOT ? BUNDLED : []),
];

/** What is bundled, and what that brings along. */
function bundledPlaces(packages: LockFile['packages']): ReadonlySet<string> {
  const places = new Set<string>();
  const visit = (from: string, name: string): void => {
    const place = found(packages, from, name);
    const entry = place === undefined ? undefined : packages[place];
    if (place === undefined || entry === undefined || places.has(place)) return;
    places.add(place);
    for (const next of dependenciesOf(place, entry)) visit(place, next);
  };
  for (const name of BUNDLED) visit(ROOT, name);
  return places;
}

/** `npm sbom --omit dev` leaves out what a development dependency needs as well, the SQL Server driver among it. */
export function productionPackages({ name, version, packages }: LockFile): readonly ProductionPackage[] {
  const bundled = bundledPlaces(packages);
  const kept = Object.entries(packages).filter(([place, { dev }]) => dev !== true || bundled.has(place));
  const refs = new Map(
    kept.map(([place, entry]) => [
      place,
      place === '' ? `${name}@${version}` : `${nameAt(place)}@${entry.version}`,
    ]),
  );
  return kept.map(([place, entry]) => {
    const targets = dependenciesOf(place, entry).map((dependency) => found(packages, place, dependency));
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
