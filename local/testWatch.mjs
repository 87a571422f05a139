// `npm run test:watch`: compiles on every change, and runs the unit suites again. Words name other suites:
// `npm run test:watch -- integration/vault`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

await setUp();
const tool = (...path) => join(root, 'node_modules', ...path);
const words = process.argv.slice(2);
const wanted = (words.length === 0 ? ['unit/'] : words).map((word) => `dist/test/${word}{,/**/}*.test.js`);
const commands = [
  [tool('typescript', 'bin', 'tsc'), '-p', root, '--watch', '--preserveWatchOutput'],
  [
    ...[tool('mocha', 'bin', 'mocha.js'), '--watch', '--watch-files', 'dist/**/*.js'],
    ...['--reporter', 'dot', ...wanted],
  ],
];
const children = commands.map((args) => spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }));
const stop = () => children.forEach((child) => void child.kill('SIGTERM'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stop);
for (const child of children) child.once('exit', stop);
