#!/usr/bin/env -S node --
import { runProgram } from './environment/runProgram.js';
// The -- above: some releases of Node take an --env-file for theirs wherever it stands.
import { credentialsProgram } from './program.js';

await runProgram(credentialsProgram(), process.argv.slice(2));
