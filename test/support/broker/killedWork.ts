/**
 * A process that does one thing with the broker's own parts and is killed at a step: before a write, inside its
 * transaction just before COMMIT, or behind it. The seam is here, in the way the ports are wrapped, and not in `src`.
 * Usage: node killedWork.js <work as JSON>; prints the number of steps when it was let through to the end.
 */
import { pathToFileURL } from 'node:url';
import { loadConfig } from '../../../src/config/config.js';
import type { CallContext } from '../../../src/domain/access/caller.js';
import type { Changes } from '../../../src/ports/changes.js';
import type { Ports } from '../../../src/ports/ports.js';
import { runBulk } from '../../../src/usecases/bulk/runBulk.js';
import { createCredential } from '../../../src/usecases/credentials/createCredential.js';
import { deleteCredential } from '../../../src/usecases/credentials/deleteCredential.js';
import { destroyCredential } from '../../../src/usecases/credentials/destroyCredential.js';
import { rotateCredential } from '../../../src/usecases/credentials/rotateCredential.js';
import { updateCredential } from '../../../src/usecases/credentials/updateCredential.js';
import { activateVersion } from '../../../src/usecases/credentials/versions.js';
import { destroyMarked } from '../../../src/usecases/reconcile/destroyDeleted.js';
import { reconcile } from '../../../src/usecases/reconcile/reconcile.js';
import type { Once } from '../../../src/usecases/writing/once.js';
import { wire } from '../../../src/wire.js';

export interface Work {
  verb: 'create' | 'update' | 'rotate' | 'activate' | 'delete' | 'destroy' | 'reconcile' | 'bulk';
  /** Number of the step at which the process is killed; 0 lets it live. */
  killAt: number;
  id: string;
  name: string;
  host: string;
  secret: string;
  key: string;
}

export const anna: CallContext = {
  caller: {
    kind: 'user',
    principal: 'glassdome:7',
    name: 'anna',
    role: 'engineer',
    mustChangePassword: false,
  },
  requestId: 'killed-work',
  ip: '127.0.0.1',
};

/** What `create` is asked for; a retry must ask for the same. */
export const createBody = ({ name, host, secret }: Work) => ({
  name,
  serviceType: 'proxmox' as const,
  fields: { host, token_name: `of-${secret}`, token_value: secret },
  description: '',
  labels: {},
  envNames: {},
  shared: false,
  accessibleBy: [],
  accessibleLevel: 'read' as const,
});

export const rotateBody = ({ secret }: Work) => ({
  fields: { token_name: `of-${secret}`, token_value: secret },
});

/** A request that takes effect once. */
export const onceOf = (key: string, request: Once['request']) => ({ key, request });

async function main(work: Work): Promise<void> {
  const system = await wire(loadConfig());
  const steps = new Steps(work.killAt);
  const ports = stepped(system.ports, steps);
  if (work.verb === 'reconcile') {
    const store = steps.around(await system.reconcilerStore());
    await reconcile({ ...ports, store }, { graceMs: 0, dryRun: false });
    await destroyMarked(ports, steps.around(await system.destroyer()));
  } else {
    await run(ports, work);
  }
  await system.close();
  process.stdout.write(String(steps.passed));
}

function run(ports: Ports, work: Work): Promise<unknown> {
  const { id, key } = work;
  switch (work.verb) {
    case 'create':
      // No such host: the result of the test is kept with the version.
      return createCredential(ports, anna, createBody(work), {
        source: 'api',
        test: 'warn',
        once: onceOf(key, createBody(work)),
      });
    case 'update':
      return updateCredential(
        ports,
        anna,
        id,
        { fields: { ...rotateBody(work).fields, host: work.host } },
        { source: 'api' },
      );
    case 'rotate':
      return rotateCredential(ports, anna, id, rotateBody(work), { once: onceOf(key, rotateBody(work)) });
    case 'activate':
      return activateVersion(ports, anna, id, 1, {});
    case 'delete':
      return deleteCredential(ports, anna, id);
    // The id is that of the job.
    case 'bulk':
      return runBulk(ports, id, new AbortController().signal);
    case 'destroy':
      return destroyCredential(ports, anna, id);
    default:
      throw new Error(`no such work: ${work.verb}`);
  }
}

class Steps {
  passed = 0;
  constructor(private readonly killAt: number) {}

  /** One point at which a process may die. */
  step(): void {
    this.passed += 1;
    // Nothing of the process runs any more behind this line.
    if (this.passed === this.killAt) process.kill(process.pid, 'SIGKILL');
  }

  /** Every writing call, with a step before it and one after it. */
  around<Store extends object>(store: Store): Store {
    const writing = new Set([
      'write',
      'setMetadata',
      'destroy',
      'claim',
      'restart',
      'begin',
      'endItem',
      'finish',
    ]);
    return new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        if (!writing.has(String(name))) return method.bind(target);
        return async (...args: unknown[]) => {
          this.step();
          const answer = await method.apply(target, args);
          this.step();
          return answer;
        };
      },
    });
  }
}

function stepped(ports: Ports, steps: Steps): Ports {
  const changes: Changes = {
    run: async (work) => {
      steps.step();
      const answer = await ports.changes.run(async (tx) => {
        const done = await work(tx);
        steps.step();
        return done;
      });
      steps.step();
      return answer;
    },
  };
  const idempotencyKeys = steps.around(ports.idempotencyKeys);
  const bulkJobs = steps.around(ports.bulkJobs);
  return { ...ports, changes, idempotencyKeys, bulkJobs, store: steps.around(ports.store) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(JSON.parse(process.argv[2] ?? '{}') as Work);
}
