/** How commands find the running daemon: its address and the token of changing requests, in owner-only files of the journal folder. */
import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

const TOKEN_BYTES = 32;
const OWNER_ONLY = 0o600;

/** A fresh token for every start; the file is replaced by rename, so that a reader sees the old one or the new one. */
export function writeToken(directory: string): string {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  writeOwnerOnly(path.join(directory, 'control-token'), token);
  return token;
}

/** @param address for example `http://127.0.0.1:9473` */
export function writeAddress(directory: string, address: string): void {
  writeOwnerOnly(path.join(directory, 'control-address'), address);
}

export function removeControlFiles(directory: string): void {
  for (const name of ['control-token', 'control-address'])
    rmSync(path.join(directory, name), { force: true });
}

function writeOwnerOnly(file: string, text: string): void {
  const draft = `${file}.new`;
  const descriptor = openSync(draft, 'w', OWNER_ONLY);
  try {
    // A draft left by a crash keeps its old mode when it is opened again. Windows ignores modes; there the folder's rights count (unverified).
    fchmodSync(descriptor, OWNER_ONLY);
    writeSync(descriptor, `${text}\n`);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, file);
}
