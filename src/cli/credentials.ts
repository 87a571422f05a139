#!/usr/bin/env -S node --
// The -- above: some releases of Node take an --env-file for theirs wherever it stands.
import { credentialsProgram } from './program.js';
import { runProgram } from './runProgram.js';

await runProgram(credentialsProgram(), process.argv.slice(2));
