#!/usr/bin/env -S node --
import { runProgram } from './environment/runProgram.js';
// The -- above: some releases of Node take an --env-file as their own option at any position.
import { credentialsProgram } from './program.js';

await runProgram(credentialsProgram(), process.argv.slice(2));
