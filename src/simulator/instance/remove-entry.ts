/** Deletes an entry of a record inside a draft, in place: immer sees it, and the other entries are not touched. */
export function removeEntry(record: Record<string, unknown>, key: string | number): void {
  Reflect.deleteProperty(record, key);
}
