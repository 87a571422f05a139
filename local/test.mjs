// `npm test`: sets up what is missing, runs every suite, and ends with the line `N passed, N failed`.
// `npm test -- integration/vault` runs those whose path begins so, `--both-vaults` what .ci/run needs.
// TEST_WORKERS is how many suites run at the same time (default: one for each core).
import { root, setUp } from './setup.mjs';

await setUp();
process.chdir(root);
const { testRun } = await import('../dist/local/testing/testRun.js');
process.exitCode = await testRun(root, process.argv.slice(2));
