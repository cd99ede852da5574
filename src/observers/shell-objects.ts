/** Properties of the objects that the management shell returns: read by name, tolerant of absence, compared without case. */

export type ShellObject = Readonly<Record<string, unknown>>;

/** undefined: no such property, or no text. Property names compare without case, as PowerShell does. */
export function textOf(object: ShellObject, property: string): string | undefined {
  const value = valueOfProperty(object, property);
  return typeof value === 'string' ? value : undefined;
}

export function valueOfProperty(object: ShellObject, property: string): unknown {
  const key = Object.keys(object).find((name) => name.toLowerCase() === property.toLowerCase());
  return key === undefined ? undefined : object[key];
}

/** A list of texts; one text counts as a list of one, nothing or null as an empty list; undefined: no such property. */
export function textsOf(object: ShellObject, property: string): string[] | undefined {
  const value = valueOfProperty(object, property);
  if (value === undefined) return undefined;
  if (value === null || value === '') return [];
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return undefined;
  return value.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
}

/** A boolean, or the word for one: enums and booleans may arrive as text. */
export function booleanOf(object: ShellObject, property: string): boolean | undefined {
  const value = valueOfProperty(object, property);
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const word = value.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

export const sameFqdn = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

/** `Service:PersistentChatServer:pool.contoso.com`, `service: pool.contoso.com`, `pool.contoso.com` (skype reference 4.1, 9). */
export function identityNames(identity: string | undefined, fqdn: string): boolean {
  const last = identity?.split(':').at(-1)?.trim();
  return sameFqdn(last, fqdn);
}
