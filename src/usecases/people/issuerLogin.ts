import { randomBytes, randomUUID } from 'node:crypto';
import type { Caller, Role } from '../../domain/access/caller.js';
import { BrokerError } from '../../domain/errors.js';
import { LoginFailure } from '../../domain/people/issuer.js';
import { MINUTE_MS } from '../../domain/time/units.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { IssuedIdentity, IssuerReply, LoginProofs, Person } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { beginSession, type LoggedIn } from './beginSession.js';
import type { From } from './issueToken.js';

type Needs = Pick<
  Ports,
  | 'clock'
  | 'records'
  | 'changes'
  | 'auditLog'
  | 'fingerprints'
  | 'tokenSigner'
  | 'loginPolicy'
  | 'loginAttempts'
  | 'issuers'
  | 'usedOnce'
>;

/** How long a person may take at their issuer. */
export const FLOW_MINUTES = 10;
const PURPOSE = 'oidc-flow';

/** A login that was begun, as the browser keeps it until it comes back. */
interface Flow extends LoginProofs {
  id: string;
  alias: string;
  returnTo: string;
  /** Milliseconds since 1970. */
  endsAt: number;
}

interface Begin {
  alias: string;
  /** A path of ours. */
  returnTo: string;
  redirectUri: string;
}

/** Where the browser goes, and what it must bring back: signed, since it is kept outside. */
export async function beginIssuerLogin(
  ports: Needs,
  { alias, returnTo, redirectUri }: Begin,
  from: From,
): Promise<{ address: string; kept: string }> {
  return inTurn(ports, from, async () => {
    const random = () => randomBytes(32).toString('base64url');
    const proofs = { state: random(), nonce: random(), verifier: random() };
    const address = await ports.issuers.loginAddress(alias, redirectUri, proofs);
    const endsAt = ports.clock.now().getTime() + FLOW_MINUTES * MINUTE_MS;
    const flow: Flow = { ...proofs, id: randomUUID(), alias, returnTo, endsAt };
    const text = Buffer.from(JSON.stringify(flow)).toString('base64url');
    return { address, kept: `${text}.${await ports.fingerprints.make(PURPOSE, text)}` };
  });
}

interface End {
  alias: string;
  redirectUri: string;
  /** What `beginIssuerLogin` gave the browser. */
  kept: string | undefined;
  state: string | undefined;
  /** The issuer's reply, or the error code that it sent in its place. */
  reply: IssuerReply | { error: string };
}

/**
 * Logs in the person that the issuer vouches for; their role is what its claims give now. Rejects with `LoginFailure` for everything
 * that does not prove who they are, and for people without access.
 */
export async function endIssuerLogin(
  ports: Needs,
  end: End,
  from: From,
): Promise<{ done: LoggedIn; returnTo: string }> {
  return inTurn(ports, from, async () => {
    const flow = await provenFlow(ports, end).catch((error: unknown) => countFailure(ports, from, error));
    const { reply } = end;
    if ('error' in reply)
      throw new LoginFailure(
        reply.error === 'access_denied' ? 'cancelled' : 'rejected',
        'the issuer refused',
      );
    const identity = await ports.issuers
      .identify(flow.alias, end.redirectUri, flow, reply)
      .catch((error: unknown) => countFailure(ports, from, error));
    const person = await admit(ports, flow.alias, identity, from);
    const details = { issuer: flow.alias, role: person.role };
    const put = (tx: ChangeTx) => tx.putIssuerPerson(person);
    const done = await beginSession(ports, person, { client: 'web', from, details, put });
    return { done, returnTo: flow.returnTo };
  });
}

/** The flow that this browser began, once. */
async function provenFlow(ports: Needs, { alias, kept = '', state }: End): Promise<Flow> {
  const [text = '', hmac = ''] = kept.split('.', 2);
  if (text === '' || hmac === '') throw new LoginFailure('login_expired', 'no flow');
  if (!(await ports.fingerprints.matches(PURPOSE, text, hmac)))
    throw new LoginFailure('login_expired', 'a flow that is not ours');
  const flow = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Flow;
  const now = ports.clock.now();
  if (flow.endsAt <= now.getTime()) throw new LoginFailure('login_expired', 'too late');
  if (flow.alias !== alias || flow.state !== state) throw new LoginFailure('login_expired', 'another flow');
  if (!(await ports.usedOnce.useFlow(flow.id, new Date(flow.endsAt), now)))
    throw new LoginFailure('login_expired', 'used before');
  return flow;
}

/** Their row as it will be, with the role of now. Refusals are audited: the issuer has said who it is. */
async function admit(
  ports: Needs,
  issuer: string,
  { principal, name, role, email }: IssuedIdentity,
  from: From,
): Promise<Person> {
  const refuse = async (reason: string): Promise<never> => {
    const caller = callerOf(principal, name, 'observer');
    const more = { code: 'forbidden', details: { client: 'web', issuer, reason } };
    await ports.auditLog.record([auditEvent({ caller, ...from }, 'auth.login', 'denied', more)]);
    throw new LoginFailure('no_access', reason);
  };
  if (role === undefined) return refuse('no_role');
  if (!(await ports.records.callerActive(callerOf(principal, name, role)))) return refuse('disabled');
  const now = ports.clock.now();
  return {
    principal,
    username: principal,
    name,
    email,
    role,
    disabled: false,
    mustChangePassword: false,
    createdAt: now,
    createdBy: principal,
    lastLoginAt: now,
  };
}

const callerOf = (principal: string, name: string, role: Role): Caller => ({
  kind: 'user',
  principal,
  name,
  role,
  mustChangePassword: false,
});

/** Nobody has authenticated: counted per address. */
function countFailure({ auditLog }: Needs, { ip }: From, error: unknown): never {
  if (error instanceof LoginFailure && error.code !== 'issuer_unavailable')
    auditLog.countRefusal(ip, 'unauthenticated');
  throw error;
}

/** One address does not keep others out: they take turns. */
async function inTurn<T>(
  { loginAttempts, auditLog }: Needs,
  { ip }: From,
  work: () => Promise<T>,
): Promise<T> {
  const leave = await loginAttempts.flow(ip).catch((error: unknown) => {
    if (error instanceof BrokerError) auditLog.countRefusal(ip, error.code);
    throw error;
  });
  return work().finally(leave);
}
