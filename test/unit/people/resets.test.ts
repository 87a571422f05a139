import { expect } from 'chai';
import { noticeWrites } from '../../../src/adapters/postgres/notices/noticeWrites.js';
import type { CallContext } from '../../../src/domain/access/caller.js';
import type { AuditEvent } from '../../../src/domain/audit/audit.js';
import { BrokerError } from '../../../src/domain/errors.js';
import type { ChangeTx } from '../../../src/ports/changes.js';
import type { Ports } from '../../../src/ports/ports.js';
import { resetPassword } from '../../../src/usecases/people/resetPassword.js';
import { resetServiceAccountSecret } from '../../../src/usecases/people/serviceAccounts.js';

const clock = { now: () => new Date(0) };
const call = {
  caller: { kind: 'user', principal: 'local:admin', name: 'admin', role: 'admin', mustChangePassword: false },
  requestId: 'request',
  ip: '10.0.0.1',
  breakGlassReason: 'a drill',
} as CallContext;

/** What a reset does, in its order; `breaks` is the step that fails. */
function world(options: { opened?: number; breaks?: 'commit' | 'vault'; taken?: boolean } = {}) {
  const { opened = 0, breaks, taken = false } = options;
  const steps: string[] = [];
  const ben = { principal: 'local:ben', username: 'ben', mustChangePassword: false };
  const statements: string[] = [];
  const query = async ({ text }: { text: string }) => {
    statements.push(text);
    return [];
  };
  const run = async (work: (tx: ChangeTx) => Promise<unknown>) => {
    const did: string[] = [];
    let mustChange = ben.mustChangePassword;
    const tx = {
      ...noticeWrites(query, clock),
      updatePerson: async (_: string, patch: { mustChangePassword: boolean }) => {
        mustChange = patch.mustChangePassword;
      },
      revokeSessionsOf: async () => void did.push('logins end'),
      replaceAccountSecret: async () => true,
      audit: ({ action, outcome }: AuditEvent) => void did.push(`${action} ${outcome}`),
    };
    await work(tx as unknown as ChangeTx);
    if (breaks === 'commit') throw new BrokerError('records_unavailable', { detail: 'away' });
    ben.mustChangePassword = mustChange;
    steps.push(...did);
  };
  const set = async () => {
    if (breaks === 'vault') throw new BrokerError('store_unavailable', { detail: 'sealed' });
    steps.push('vault');
  };
  const row = (_: unknown, n: number) => ({ id: `id ${n}`, name: `name ${n}`, owner: 'local:anna' });
  const records = {
    callerActive: async () => true,
    person: async () => ({ ...ben }),
    serviceAccount: async () => ({ id: 'robot', name: 'robot', createdBy: 'local:anna', revokedAt: null }),
    serviceAccounts: async () => [],
    openedTo: async () => Array.from({ length: opened }, row),
  };
  const fingerprints = { make: async () => 'hmac' };
  const passwordTurns = { take: async () => (taken ? null : async () => undefined) };
  const auditLog = { record: async () => undefined };
  const ports = {
    clock,
    records,
    fingerprints,
    auditLog,
    changes: { run },
    passwords: { set },
    passwordTurns,
  };
  return { ports: ports as unknown as Ports, steps, statements, ben };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: BrokerError) => error.code,
  );

describe('a reset by an admin', () => {
  it('ends logins and leaves its row before the password is another', async () => {
    const { ports, steps, ben } = world();
    await resetPassword(ports, call, 'ben');
    expect(steps).to.deep.equal(['logins end', 'user.password_reset allowed', 'vault']);
    expect(ben.mustChangePassword).to.equal(true);
  });

  it('leaves the password as it is when its row can not be kept', async () => {
    const { ports, steps } = world({ breaks: 'commit' });
    expect(await codeOf(resetPassword(ports, call, 'ben'))).to.equal('records_unavailable');
    expect(steps).to.deep.equal([]);
  });

  it('says that Vault did not take the password, whose person has no login and must choose a new one', async () => {
    const { ports, steps, ben } = world({ breaks: 'vault' });
    expect(await codeOf(resetPassword(ports, call, 'ben'))).to.equal('store_unavailable');
    expect(steps).to.deep.equal(['logins end', 'user.password_reset allowed', 'user.password_reset failed']);
    expect(ben.mustChangePassword).to.equal(true);
  });

  it('is refused while another one is under way, and changes nothing', async () => {
    const { ports, steps } = world({ taken: true });
    expect(await codeOf(resetPassword(ports, call, 'ben'))).to.equal('conflict');
    expect(steps).to.deep.equal([]);
  });

  it('tells the owners of all that it opens in one statement', async () => {
    const told = async (opened: number, reset: (ports: Ports) => Promise<unknown>) => {
      const { ports, statements } = world({ opened });
      await reset(ports);
      return statements.length;
    };
    const account = (ports: Ports) => resetServiceAccountSecret(ports, call, 'robot');
    const person = (ports: Ports) => resetPassword(ports, call, 'ben');
    expect(await told(300, account)).to.equal(1);
    // And his own to the person.
    expect(await told(300, person)).to.equal(2);
  });
});
