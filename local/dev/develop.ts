import type { ChildProcess } from 'node:child_process';
import type { BrokerProcess } from '../brokerServer.js';
import type { Supervisor } from '../process/supervisor.js';
import { type Compiled, compiled } from './compiled.js';
import { type Compilation, startCompiler } from './compiler.js';

/** How the broker of `npm run dev` is started and stopped. */
export interface Develop {
  spawn(how: BrokerProcess): ChildProcess;
  /** Called when a broker runs, to make the next one ready. */
  prepare(): void;
  stopWithinMs: number;
}

interface Surroundings extends Pick<Develop, 'prepare'> {
  parts: Pick<Supervisor, 'keep' | 'restart'>;
  /** Its name as a part. */
  broker: string;
  say(line: string): void;
  /** Applies migrations. Throws with what went wrong. */
  migrate(): void;
  /** Where the compiler notes its process number. */
  noted: string;
}

/** Starts the broker that runs already again after each change of the source that compiles. */
export async function develop(surroundings: Surroundings): Promise<void> {
  const { parts, say, noted } = surroundings;
  const loop = new Loop(surroundings);
  const onCompiled = (compilation: Compilation) => loop.onCompiled(compilation);
  const start = () => startCompiler({ pidFile: noted, say, onCompiled });
  surroundings.prepare();
  await parts.keep({ name: 'The compiler', log: '', start });
  say('  Watching src/ and migrations/: a save that compiles starts the broker again.');
}

class Loop {
  /** Of the broker that runs, or was tried last. */
  #last: Compiled = compiled();
  #next: Compilation | undefined;
  #busy = false;

  constructor(private readonly around: Surroundings) {}

  onCompiled(compilation: Compilation): void {
    this.#next = compilation;
    if (!this.#busy) void this.#work();
  }

  /** One at a time; of several compilations that wait, the newest. */
  async #work(): Promise<void> {
    this.#busy = true;
    for (let next = this.#taken(); next !== undefined; next = this.#taken()) await this.#take(next);
    this.#busy = false;
  }

  #taken(): Compilation | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next;
  }

  async #take({ errors, since }: Compilation): Promise<void> {
    const { parts, broker, say, migrate, prepare } = this.around;
    if (errors > 0)
      return say(`✗ ${errors === 1 ? '1 error' : `${errors} errors`}. The broker keeps running as it was.`);
    const before = this.#last;
    this.#last = compiled();
    if (this.#last.source === before.source && this.#last.migrations === before.migrations) return;
    say('• Starting the broker again');
    try {
      if (this.#last.migrations !== before.migrations) migrate();
      await parts.restart(broker);
      say(`✓ The broker runs the new code, ${((Date.now() - since) / 1000).toFixed(1)} s after the change`);
      prepare();
    } catch (error) {
      say(`✗ ${error instanceof Error ? error.message : String(error)}\n  The next save tries again.`);
    }
  }
}
