/** What a reference of the settings leads to, read at every use: a secret that is changed needs no restart. */
import { readFileSync } from 'node:fs';
import type { SecretReference } from '../desired-state/settings-parts.ts';
import { PoolError } from '../topology/pool-error.ts';

/** Throws PCO_SETTINGS_INVALID, which names the place and never the value. */
export function readSecret(reference: SecretReference): string {
  if ('file' in reference) return readSetting(reference.file).split(/\r?\n/)[0] ?? '';
  const value = process.env[reference.env];
  if (value === undefined)
    throw new PoolError('PCO_SETTINGS_INVALID', `the environment variable ${reference.env} is not set`);
  return value;
}

export function readSetting(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new PoolError('PCO_SETTINGS_INVALID', `${file} cannot be read`, { cause: error });
  }
}
