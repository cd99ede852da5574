/** `SQL-PAR-1\CHAT`, `sql-par-1.contoso.com` and `TCP://sql-par-1.contoso.com:5022` name the same computer. */
export const computerOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^tcp:\/\//, '')
    .split(/[.\\:]/)[0] ?? '';
