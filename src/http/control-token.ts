/** The token of changing requests: compared in constant time. Who made it and where it lies is the daemon's matter. */

/** Compares every character, whatever the first difference; the lengths may leak. */
export function sameToken(given: string, wanted: string): boolean {
  if (given.length !== wanted.length) return false;
  let difference = 0;
  for (let index = 0; index < given.length; index += 1)
    difference |= given.charCodeAt(index) ^ wanted.charCodeAt(index);
  return difference === 0;
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer ([A-Za-z0-9_-]+)$/.exec(header ?? '')?.[1];
}
