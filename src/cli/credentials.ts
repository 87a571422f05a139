#!/usr/bin/env node
import { credentialsProgram } from './program.js';
import { runProgram } from './runProgram.js';

await runProgram(credentialsProgram(), process.argv.slice(2));
