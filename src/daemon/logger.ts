/** pino behind the Log port: JSON lines on stderr, secrets blanked out, errors with their causes. */
import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';
import type { Log } from './log.ts';

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

/** @param destination default: stderr, so that stdout stays the command's own */
export function createLogger(
  level: 'debug' | 'info' | 'warn' | 'error',
  destination?: DestinationStream,
): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS, censor: '[secret]' },
    serializers: { err: stdSerializers.errWithCause },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return overPino(pino(options, destination ?? pino.destination({ fd: 2, sync: true })));
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
