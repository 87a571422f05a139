import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packageVersion } from '../../config/packageFiles.js';
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
    ok('Next glassdome', next ?? 'none: unknown commands end with exit code 2'),
  ];
}

function whichRuns(first: { path: string; real: string } | undefined, self: string): DoctorCheck {
  const what = 'glassdome';
  if (first === undefined)
    return ok(
      what,
      `not on PATH. Run it with npx glassdome, or add a folder with a link to ${self} to PATH.`,
    );
  if (first.real === self) return ok(what, `${first.path}, which is this program`);
  return warn(
    what,
    `is ${first.path}, which is not this program`,
    'Use glassdome-credentials, or move its folder before the other one on PATH.',
  );
}
