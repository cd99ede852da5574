/** Functions that only the host can answer (DB_ID, SERVERPROPERTY, @@SERVERNAME ...): their types, and the call itself. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import { convert, sameType } from './convert.ts';
import type { Evaluation } from './evaluation.ts';
import { hostError, textError } from './sql-error.ts';
import { INT, nvarchar, VARIANT } from './types.ts';

const NAME = nvarchar(128);

/** Result types that must be known before the first row; others are shown as sql_variant. */
const TYPES: Readonly<Record<string, SqlType>> = {
  '@@SERVERNAME': NAME,
  '@@SERVICENAME': NAME,
  '@@LANGUAGE': NAME,
  '@@VERSION': nvarchar(300),
  '@@MICROSOFTVERSION': INT,
  '@@OPTIONS': INT,
  '@@TRANCOUNT': INT,
  '@@MAX_CONNECTIONS': INT,
  APP_NAME: NAME,
  CURRENT_USER: NAME,
  DB_ID: INT,
  DB_NAME: NAME,
  FILEPROPERTY: INT,
  HAS_DBACCESS: INT,
  HAS_PERMS_BY_NAME: INT,
  HOST_NAME: NAME,
  IS_MEMBER: INT,
  IS_SRVROLEMEMBER: INT,
  NEWID: { name: 'uniqueidentifier' },
  OBJECT_ID: INT,
  OBJECT_NAME: NAME,
  ORIGINAL_LOGIN: NAME,
  SESSION_USER: NAME,
  SUSER_ID: INT,
  SUSER_NAME: NAME,
  SUSER_SNAME: NAME,
  SYSTEM_USER: NAME,
  USER: NAME,
  USER_NAME: NAME,
};

export function hostType(name: string): SqlType {
  return TYPES[name] ?? VARIANT;
}

export function hostCall(
  evaluation: Evaluation,
  name: string,
  args: readonly CellValue[],
  type: SqlType,
  spelled = name,
): CellValue {
  const found = evaluation.host.scalar(name, args);
  if (found === undefined)
    throw name.startsWith('@@') ? textError(137, spelled) : textError(195, spelled, 'built-in function name');
  if ('kind' in found) throw hostError(found);
  return sameType(found.type, type) ? found.value : convert(found.value, found.type, type);
}
