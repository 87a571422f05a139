import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
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
    transports: [transport(to)],
  });
  const write =
    (at: 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}) => {
      logger.log({ ...fields, level: at, message: event });
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

const DESCRIPTOR = { stdout: 1, stderr: 2 } as const;

/** Whatever becomes of its file, a line that can't be written is lost and the process goes on. */
function transport(to: keyof typeof DESCRIPTOR): winston.transport {
  const fd = DESCRIPTOR[to];
  if (canBeFull(fd, process[to].isTTY === true))
    return new winston.transports.Stream({ stream: lineSink(fd), eol: '\n' });
  return new winston.transports.Console({ stderrLevels: to === 'stderr' ? ['error', 'warn', 'info'] : [] });
}

/** The parts of `node:fs` that a sink works with. */
interface Descriptors {
  writeSync(fd: number, chunk: Buffer): number;
}

/**
 * Writes lines to a file by its descriptor. A full disk loses lines and nothing else: the stream goes on, and once there is
 * room again it says how many are missing. (`process.stdout` ends for good at its first error.)
 */
export function lineSink(fd: number, fs: Descriptors = { writeSync }): Writable {
  let lost = 0;
  let broken = false;
  const put = (text: Buffer): boolean => {
    try {
      for (let left = text; left.length > 0; ) {
        const many = fs.writeSync(fd, left);
        left = left.subarray(many);
        broken = left.length > 0;
      }
      return true;
    } catch {
      return false;
    }
  };
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      // What was cut off in the middle of a line ends here.
      const start = broken ? '\n' : '';
      const missing =
        lost === 0 ? '' : `${JSON.stringify({ level: 'warn', message: 'log_lines_lost', lines: lost })}\n`;
      if (put(Buffer.concat([Buffer.from(start + missing), chunk]))) lost = 0;
      else lost += 1;
      done();
    },
  });
}

/** True for a file or a device, which can be full; a terminal or a pipe has a reader. */
function canBeFull(fd: number, isTerminal: boolean): boolean {
  try {
    const { isFile, isCharacterDevice } = kindOf(fd);
    return isFile || (isCharacterDevice && !isTerminal);
  } catch {
    return false;
  }
}

function kindOf(fd: number): { isFile: boolean; isCharacterDevice: boolean } {
  const stat = fstatSync(fd);
  return { isFile: stat.isFile(), isCharacterDevice: stat.isCharacterDevice() };
}
