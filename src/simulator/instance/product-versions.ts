/** The versions of SQL Server that an instance can be, and what each says of itself (reference 1.10). What exists in which: version-gate.ts. */
import { releaseOf } from '../catalogue/version-gate.ts';

/** Year -> build, level. Builds as published: the last service pack, or the first release where there are none. */
export const PRODUCT_VERSIONS = {
  '2012': { build: '11.0.7001.0', level: 'SP4' },
  '2014': { build: '12.0.6024.0', level: 'SP3' },
  '2016': { build: '13.0.6300.2', level: 'SP3' },
  '2017': { build: '14.0.1000.169', level: 'RTM' },
  '2019': { build: '15.0.2000.5', level: 'RTM' },
  '2022': { build: '16.0.1000.6', level: 'RTM' },
} as const;

export type ProductYear = keyof typeof PRODUCT_VERSIONS;
export const PRODUCT_YEARS = Object.keys(PRODUCT_VERSIONS) as readonly ProductYear[];

export const isProductYear = (text: string): text is ProductYear => Object.hasOwn(PRODUCT_VERSIONS, text);

/** Year of a build; builds before 2012 and after 2022 are not modelled. */
export function yearOf(build: string): ProductYear {
  const release = releaseOf(build);
  return release !== undefined && isProductYear(release) ? release : '2016';
}

/** `2016` or a build such as `12.0.2000.8`. */
export const buildOf = (version: string): string =>
  isProductYear(version) ? PRODUCT_VERSIONS[version].build : version;

/** Of the builds above; any other is taken for one without a service pack. */
export const levelOf = (build: string): string =>
  PRODUCT_VERSIONS[yearOf(build)].build === build ? PRODUCT_VERSIONS[yearOf(build)].level : 'RTM';
