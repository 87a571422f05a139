#!/usr/bin/env node
import { glassdomeProgram } from './program.js';
import { runProgram } from './runProgram.js';

await runProgram(glassdomeProgram(), process.argv.slice(2));
