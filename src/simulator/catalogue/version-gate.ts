/** Which release a build of SQL Server is of, and whether it has what a page says to exist since a version. */

/** Major version of each release. Source: sql-server reference 1.10. */
const MAJORS: Readonly<Record<string, number>> = {
  '2012': 11,
  '2014': 12,
  '2016': 13,
  '2017': 14,
  '2019': 15,
  '2022': 16,
  '2025': 17,
};

/** First build of a service pack or update. Source: "Latest updates and version history for SQL Server" (support pages). */
const BUILDS: Readonly<Record<string, string>> = {
  '2012 SP4': '11.0.7001',
  '2014 CU1': '12.0.2342',
  '2014 SP2': '12.0.5000',
  '2016 SP1': '13.0.4001',
  '2016 SP2': '13.0.5026',
  '2019 CU4': '15.0.4033',
};

/** `13.0.6300.2` against `13.0.4001`. */
function reaches(productVersion: string, build: string): boolean {
  const own = productVersion.split('.').map(Number);
  for (const [index, part] of build.split('.').map(Number).entries()) {
    const mine = own[index] ?? 0;
    if (mine !== part) return mine > part;
  }
  return true;
}

const majorOf = (version: string): number => Number(version.split('.')[0]);

/** `2016` of 13.0.6300.2; undefined: of none of these. */
export const releaseOf = (productVersion: string): string | undefined =>
  Object.keys(MAJORS).find((release) => MAJORS[release] === majorOf(productVersion));

/**
 * @param productVersion SERVERPROPERTY('ProductVersion'), for example 13.0.6300.2
 * @param since a level or several, `2012 SP4, 2016 SP1`: a release between two named ones is not named by the page and does
 * not have it; one after the last does
 */
export function existsSince(productVersion: string, since: string): boolean {
  const starts = since.split(', ').map((level) => {
    const build = BUILDS[level] ?? MAJORS[level]?.toString();
    if (build === undefined) throw new Error(`catalogue: unknown version ${level}`);
    return build;
  });
  const own = majorOf(productVersion);
  const same = starts.find((start) => majorOf(start) === own);
  if (same !== undefined) return reaches(productVersion, same);
  return starts.every((start) => majorOf(start) < own);
}
