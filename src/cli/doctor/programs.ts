import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packageVersion } from '../../config/config.js';
import { glassdomesOnPath, nextGlassdome } from '../environment/handOver.js';
import { type DoctorCheck, ok, warn } from './doctorCheck.js';

/** Which program the word `glassdome` starts here, and where commands go that are not ours. */
export function lookAtPrograms(): DoctorCheck[] {
  const self = realpathSync(fileURLToPath(new URL('../glassdome.js', import.meta.url)));
  const [first] = glassdomesOnPath();
  const next = nextGlassdome(self);
  return [
    ok('This program', `version ${packageVersion()}, on Node ${process.versions.node}`),
    whichRuns(first, self),
    ok('Next glassdome', next ?? 'none: commands that are not ours end with exit code 2'),
  ];
}

function whichRuns(first: { path: string; real: string } | undefined, self: string): DoctorCheck {
  const what = 'glassdome';
  if (first === undefined)
    return warn(what, 'is not on PATH', `Put its folder on PATH, or call it by its path: ${self}`);
  if (first.real === self) return ok(what, `${first.path}, which is this program`);
  return warn(
    what,
    `is ${first.path}, which is not this program`,
    'Call this one glassdome-credentials, or put its folder before the other on PATH.',
  );
}
