import winston from 'winston';
import type { Log, LogFields } from '../ports/runtime.js';

/**
 * JSON lines on stdout; of commands that print a result there, on stderr. Only the plain fields that the caller names are written, never an object as a
 * whole.
 */
export function createLog(level: 'error' | 'warn' | 'info', to: 'stdout' | 'stderr' = 'stdout'): Log {
  const logger = winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [
      new winston.transports.Console({ stderrLevels: to === 'stderr' ? ['error', 'warn', 'info'] : [] }),
    ],
  });
  const write =
    (at: 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}) => {
      logger.log({ ...fields, level: at, message: event });
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
