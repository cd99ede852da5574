/**
 * Is something mounted where the settings say so? While nothing is, the local folder exists and is empty, and an empty share
 * reads as one from which nothing is left to copy. Linux and other POSIX systems; on Windows a UNC path needs none (unverified).
 */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { PoolError } from '../topology/pool-error.ts';

export class MountPoints {
  readonly #points: ReadonlyMap<string, string>;

  /** @param points local folder of the path map -> folder at or above it on which a file system must be mounted */
  constructor(points: Readonly<Record<string, string>>) {
    this.#points = new Map(
      Object.entries(points).map(([local, point]) => [path.resolve(local), path.resolve(point)]),
    );
  }

  /** Throws PCO_SHARE_UNREADABLE when the folder's mount point lies on the same device as the folder above it. */
  async require(local: string): Promise<void> {
    const named = this.#points.get(local);
    if (named === undefined) return;
    const point = await fs.realpath(named);
    const [own, above] = await Promise.all([fs.stat(point), fs.stat(path.dirname(point))]);
    if (own.dev !== above.dev) return;
    throw new PoolError('PCO_SHARE_UNREADABLE', `${named} is not mounted`, {
      hint: 'Mount the share, or correct mountPoint in the path map of the operator settings.',
    });
  }
}
