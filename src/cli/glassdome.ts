#!/usr/bin/env -S node --
// The -- above: some releases of Node take an --env-file as their own option at any position.
import { fileURLToPath } from 'node:url';
import { nearMiss } from '../domain/credentials/nearMiss.js';
import { quotedName } from '../domain/secrecy/quotable.js';
import { handOver, nextGlassdome } from './environment/handOver.js';
import { runProgram } from './environment/runProgram.js';
import { EXIT } from './exitCodes.js';
import { glassdomeProgram } from './program.js';
import { note } from './terminal/terminal.js';

const self = fileURLToPath(import.meta.url);
const argv = process.argv.slice(2);
const next = nextGlassdome(self);
const program = glassdomeProgram().addHelpText(
  'after',
  next === undefined ? '' : `\nAll other commands are passed on to ${next}`,
);
const ours = [...program.commands.map((c) => c.name()), 'help', '--help', '-h', '--version'];
const [first] = argv;

if (first === undefined || ours.includes(first)) await runProgram(program, argv);
else process.exitCode = (await handOver(self, argv)) ?? nobodyKnows(first);

function nobodyKnows(word: string): number {
  const meant = nearMiss(word, ours);
  note(`error: Unknown command: ${quotedName(word)}.`);
  note(
    meant === undefined
      ? 'List all commands: glassdome --help'
      : `Did you mean "glassdome ${meant}"? List all commands: glassdome --help`,
  );
  return EXIT.usage;
}
