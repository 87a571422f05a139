import { parseArgs } from 'node:util';

const DEBUGGER_PORT = '9229';

/** What `npm run dev` was called with. Throws, naming it, on an option that does not exist. */
export function developOptions(args: readonly string[]): { inspect: string | undefined } {
  // A bare `--inspect` takes the usual port.
  const full = args.map((arg) => (arg === '--inspect' ? `--inspect=${DEBUGGER_PORT}` : arg));
  const { values } = parseArgs({ args: full, options: { inspect: { type: 'string' } } });
  const { inspect } = values;
  if (inspect !== undefined && !(/^\d{1,5}$/.test(inspect) && Number(inspect) <= 65_535))
    throw new Error('--inspect=<port> must be a port number. Omit the port to use 9229.');
  return { inspect };
}
