/** The logger as the loop sees it: constant message, values in fields. The real one is logger.ts. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  /** A look. */
  debug(message: string, fields?: LogFields): void;
  /** A change or a decision. */
  info(message: string, fields?: LogFields): void;
  /** Will be tried again. */
  warn(message: string, fields?: LogFields): void;
  /** A person is needed. */
  error(message: string, fields?: LogFields): void;
  /** The same, with these fields in every line. */
  with(fields: LogFields): Log;
}

const nothing = (): void => undefined;
export const silentLog: Log = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  with: () => silentLog,
};
