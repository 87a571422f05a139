// What a library may do with a text that it was given, in a process with the guard of the broker's output.
import { parse } from 'yaml';
import { guardOutput } from '../../src/outputGuard.js';

const [kind = '', secret = ''] = process.argv.slice(2);
const guard = guardOutput('loud');
guard.onOutput((event, fields) => void process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`));
const acts: Record<string, () => unknown> = {
  yaml: () => parse(`token: !vault ${secret}`),
  key: () => parse(`{ ${secret}: 1 }: 2`),
  warning: () => process.emitWarning(`bad ${secret}`, { type: secret, code: secret, detail: secret }),
  deprecation: () => process.emitWarning(`old ${secret}`, 'DeprecationWarning', 'DEP0190'),
  console: () => console.warn('text was', { secret }),
  trace: () => console.trace(secret),
  rejection: () => void Promise.reject(new Error(`failed with ${secret}`)),
  exception: () => setImmediate(() => JSON.parse(`{"a": ${secret}`)),
  url: () => setImmediate(() => new URL(secret)),
  thrown: () => void Promise.reject(secret),
  members: () => void Promise.reject(Object.assign(new Error('x'), { name: secret, bindings: [secret] })),
};
acts[kind]?.();
setTimeout(() => undefined, 50);
