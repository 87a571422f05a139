import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainedBy, lastError, lengthOf } from './logTail.js';

/** A server that runs. */
export interface Running {
  child: ChildProcess;
  stop(): Promise<void>;
}

export interface Part<T extends Running = Running> {
  name: string;
  log: string;
  start(): Promise<T>;
}

interface Entry {
  part: Part;
  now: Running;
  /** One more with each wanted restart: what the server before it reports no longer counts. */
  turn: number;
}

export interface Pace {
  /** Before the first new start; each one after it waits twice as long. */
  firstMs: number;
  longestMs: number;
  /** More ends than this within `withinMs` are too many. */
  limit: number;
  withinMs: number;
}

const PACE: Pace = { firstMs: 500, longestMs: 30_000, limit: 5, withinMs: 10 * 60_000 };

/** Keeps servers running: one that ends before it is stopped is reported and started again. */
export class Supervisor {
  readonly #running: Entry[] = [];
  #stopping = false;

  /** @param giveUp called with the reason when a part ends too often. */
  constructor(
    private readonly say: (line: string) => void,
    private readonly giveUp: (reason: string) => void,
    private readonly pace: Pace = PACE,
  ) {}

  get isEmpty(): boolean {
    return this.#running.length === 0;
  }

  /** Starts a server and keeps it running. What its start rejects with names its log. */
  async keep<T extends Running>(part: Part<T>): Promise<T> {
    const from = lengthOf(part.log);
    const running = await explainedBy(part.log, part.start);
    const entry = { part, now: running as Running, turn: 0 };
    this.#running.push(entry);
    this.#watch(entry, [], from);
    return running;
  }

  /** Stops a server and starts it again, with new code. Rejects when that does not start; nothing runs then. */
  async restart(name: string): Promise<void> {
    const entry = this.#running.find(({ part }) => part.name === name);
    if (entry === undefined) throw new Error(`${name} is not running`);
    entry.turn += 1;
    await entry.now.stop();
    if (this.#stopping) return;
    const from = lengthOf(entry.part.log);
    entry.now = await explainedBy(entry.part.log, entry.part.start);
    this.#watch(entry, [], from);
  }

  /** Stops all, the last one first. Nothing is started again after this. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { now } of this.#running.reverse()) await now.stop();
  }

  #watch(entry: Entry, ends: readonly number[], from: number): void {
    const { child } = entry.now;
    const { turn } = entry;
    const ended = () => turn === entry.turn && void this.#ended(entry, ends, from, how(child));
    if (child.exitCode !== null || child.signalCode !== null) ended();
    else child.once('exit', ended);
  }

  async #ended(entry: Entry, before: readonly number[], from: number, reason: string): Promise<void> {
    if (this.#stopping) return;
    const { name, log, start } = entry.part;
    const { firstMs, longestMs, limit, withinMs } = this.pace;
    const { turn } = entry;
    const ends = [...before.filter((at) => at > Date.now() - withinMs), Date.now()];
    const said = lastError(log, from);
    this.say(`✗ ${name} ended: ${reason}\n  log:        ${log}${said ? `\n  last error: ${said}` : ''}`);
    if (ends.length > limit) return this.giveUp(`${name} ended ${ends.length} times; giving up.`);
    const waitMs = Math.min(longestMs, firstMs * 2 ** (ends.length - 1));
    this.say(`• Starting ${name} again`);
    await sleep(waitMs);
    if (this.#stopping || turn !== entry.turn) return;
    const length = lengthOf(log);
    try {
      entry.now = await start();
      this.say(`✓ ${name} is running again`);
      this.#watch(entry, ends, length);
    } catch (error) {
      await this.#ended(entry, ends, length, error instanceof Error ? error.message : String(error));
    }
  }
}

function how({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`;
}
