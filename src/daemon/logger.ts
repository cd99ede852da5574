/** pino behind the Log port: lines on stderr, as JSON or for people, secrets blanked out, errors with their causes. */
import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';
import type { Log } from './log.ts';
import { textLine, type LogFormat } from './log-text.ts';

const SECRETS = [
  'password',
  '*.password',
  '*.*.password',
  'token',
  '*.token',
  'authorization',
  '*.authorization',
  'headers.authorization',
];

export interface LoggerOptions {
  /** Default: json. */
  readonly format?: LogFormat;
  /** Levels of the text form in colour; default: no. */
  readonly colour?: boolean;
  /** Default: stderr, so that stdout stays the command's own. */
  readonly destination?: DestinationStream;
}

export function createLogger(
  level: 'debug' | 'info' | 'warn' | 'error',
  { format = 'json', colour = false, destination }: LoggerOptions = {},
): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS, censor: '[secret]' },
    serializers: { err: stdSerializers.errWithCause },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const lines = destination ?? pino.destination({ fd: 2, sync: true });
  // What is blanked out in JSON cannot be in the text: it is made of nothing else.
  const text = {
    write: (line: string): void => {
      lines.write(textLine(line, colour));
    },
  };
  return overPino(pino(options, format === 'text' ? text : lines));
}

function overPino(logger: Logger): Log {
  return {
    debug: (message, fields = {}) => {
      logger.debug(fields, message);
    },
    info: (message, fields = {}) => {
      logger.info(fields, message);
    },
    warn: (message, fields = {}) => {
      logger.warn(fields, message);
    },
    error: (message, fields = {}) => {
      logger.error(fields, message);
    },
    with: (fields) => overPino(logger.child(fields)),
  };
}
