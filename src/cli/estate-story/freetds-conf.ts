/** How a person logs in to the estate with FreeTDS: a freetds.conf with one server per instance, TLS verified against its CA. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { WireEstate } from '../../simulator/wire/wire-estate.ts';

/** The login of a person, see src/simulator/estate/fresh-instance.ts. */
const OPERATOR_LOGIN = 'operator';

/** `sql-par-1.contoso.com` -> `sql-par-1`, the name for `tsql -S`. */
export const serverAlias = (instance: string): string => instance.split('.')[0] ?? instance;

export function writeFreetdsConf(estate: WireEstate, directory: string): string {
  const file = path.join(directory, 'freetds.conf');
  const sections = Object.entries(estate.instances).map(([name, { host, port }]) =>
    [
      `[${serverAlias(name)}]`,
      `host = ${host}`,
      `port = ${String(port)}`,
      'tds version = 7.4',
      'encryption = require',
      `ca file = ${estate.caFile}`,
      'check certificate hostname = yes',
    ].join('\n\t'),
  );
  writeFileSync(file, `${sections.join('\n\n')}\n`);
  return file;
}

/** A line for a POSIX shell; `folder` as the shell finds it. */
export const tsqlCommand = (folder: string, instance: string): string =>
  `FREETDSCONF=${folder}/freetds.conf tsql -S ${serverAlias(instance)} -U ${OPERATOR_LOGIN} -P "$(cat ${folder}/sql-password)"`;
