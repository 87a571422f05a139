import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createBench } from './createBench.js';
import { dueBench } from './dueBench.js';
import { environmentBench } from './environmentBench.js';
import { listBench } from './listBench.js';
import { pageBench } from './pageBench.js';
import { readAgainst } from './readAgainst.js';
import { readBench } from './readBench.js';
import { machine, publish, type Report } from './report.js';
import { sizeBench } from './sizeBench.js';

const BENCHES: Readonly<Record<string, () => Promise<Report>>> = {
  read: readBench,
  environment: environmentBench,
  list: listBench,
  due: dueBench,
  size: sizeBench,
  create: createBench,
  page: pageBench,
};

/** The bars were set for two cores; where there are more, everything is held to two of them if that can be done. */
function onTwoCores(): boolean {
  if (availableParallelism() <= 2) return true;
  const again = ['-c', '0,1', process.execPath, ...process.argv.slice(1)];
  const done = spawnSync('taskset', again, { stdio: 'inherit' });
  if (done.error === undefined) process.exit(done.status ?? 1);
  process.stderr.write('No taskset here: all cores are used, so compare ratios only.\n');
  return false;
}

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { against: { type: 'string' } },
});
const { against } = values;
const unknown = wanted.find((name) => !(name in BENCHES));
if (unknown !== undefined) {
  process.stderr.write(`There is no bench "${unknown}"; there are: ${Object.keys(BENCHES).join(', ')}\n`);
  process.exit(2);
}
if (against !== undefined && wanted.join() !== 'read') {
  process.stderr.write('Only "read" can be compared: npm run bench -- read --against <commit>\n');
  process.exit(2);
}
onTwoCores();
let held = true;
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const on = machine();
  held = publish(await (against === undefined ? bench() : readAgainst(against)), on) && held;
}
process.exit(held ? 0 : 1);
