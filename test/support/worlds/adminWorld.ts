import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Postgres } from '../../../src/adapters/postgres/postgres.js';
import type { CallContext, Caller, Role } from '../../../src/domain/access/caller.js';
import type { AuditEvent } from '../../../src/domain/audit/audit.js';
import { BrokerError } from '../../../src/domain/errors.js';
import type { ChangeTx } from '../../../src/ports/changes.js';
import type { Notice } from '../../../src/ports/notices.js';
import type { Ports } from '../../../src/ports/ports.js';
import { restoreCredential } from '../../../src/usecases/credentials/deleteCredential.js';
import { setDisabled } from '../../../src/usecases/people/disabledPrincipals.js';
import { resetPassword } from '../../../src/usecases/people/resetPassword.js';
import {
  createServiceAccount,
  resetServiceAccountSecret,
} from '../../../src/usecases/people/serviceAccounts.js';
import { addTeamMember } from '../../../src/usecases/people/teamMembers.js';
import { createTeam } from '../../../src/usecases/people/teams.js';
import { createUser, updateUser } from '../../../src/usecases/people/users.js';
import { replaceGrants } from '../../../src/usecases/sharing/grants.js';
import { aCredential } from './aCredential.js';

/** The admins of the world; they may make one more. */
export const ADMINS = ['glassdome:1', 'glassdome:2'] as const;
const MADE = 'local:new';
const OWNER = 'glassdome:50';
const TABLES = [
  ...['people', 'service_accounts', 'teams', 'team_members', 'grants', 'disabled_principals'],
] as const;

type Row = Record<string, string | boolean | null>;
export type Rows = Record<(typeof TABLES)[number] | 'credentials', Row[]>;

/** Everything that decides who reads what, and whose secrets each admin ever learned. */
export interface State {
  rows: Rows;
  known: Record<string, string[]>;
}

/** One call of an admin: `by` asks, `does` is what for, in words. */
export interface Action {
  by: string;
  does: string;
  run(ports: Ports, call: CallContext, state: State): Promise<unknown>;
  /** Whose secret the caller learns by it. */
  learns?(after: State): string[];
}

/** What came of a call. */
export interface Outcome {
  code: string | null;
  events: AuditEvent[];
  notices: Notice[];
}

const accountId = (state: State, name: string): string =>
  String(state.rows.service_accounts.find((row) => row['name'] === name)?.['id'] ?? 'none');
const credentialId = (state: State, name: string): string =>
  String(state.rows.credentials.find((row) => row['name'] === name)?.['id']);
const principalOf = (state: State, word: string): string =>
  word.startsWith('sa ') ? `sa:${accountId(state, word.slice(3))}` : word;

/** All that the admins may try: with people, accounts and teams that are there, and those that they make. */
export const ACTIONS: () => Action[] = () => [...ADMINS, MADE].flatMap(actionsOf);

function actionsOf(by: string): Action[] {
  const own = `of ${by}`.replace(/[ :]/g, '-');
  const act = (does: string, run: Action['run'], learns?: Action['learns']): Action => ({
    by,
    does,
    run,
    ...(learns && { learns }),
  });
  const grant = (
    subject_kind: 'user' | 'service_account' | 'team' | 'role',
    subject: string,
    until?: string,
  ) =>
    act(`grants the value to ${subject}${until ?? ''}`, (ports, call, state) => {
      const kept = state.rows.grants.filter((g) => g['credential_id'] === credentialId(state, 'value'));
      const to = {
        subjectKind: subject_kind,
        subject: principalOf(state, subject),
        level: 'read' as const,
        expiresAt: until === undefined ? null : new Date(until),
      };
      const others = kept
        .filter((g) => g['subject'] !== to.subject)
        .map((g) => ({
          subjectKind: g['subject_kind'] as typeof subject_kind,
          subject: String(g['subject']),
          level: g['level'] as 'read',
          expiresAt: g['expires_at'] === null ? null : new Date(String(g['expires_at'])),
        }));
      return replaceGrants(ports, call, credentialId(state, 'value'), [...others, to]);
    });
  const joins = (team: string, who: string) =>
    act(`adds ${who} to ${team}`, (ports, call, state) =>
      addTeamMember(ports, call, team, { principal: principalOf(state, who) }),
    );
  const passwordOf = (username: string) =>
    act(
      `resets the password of ${username}`,
      (ports, call) => resetPassword(ports, call, username),
      () => [`local:${username}`],
    );
  const secretOf = (name: string) =>
    act(
      `resets the secret of ${name}`,
      (ports, call, state) => resetServiceAccountSecret(ports, call, accountId(state, name)),
      (after) => [`sa:${accountId(after, name)}`],
    );
  const makesPerson = (role: Role) =>
    act(
      `makes a person with the role ${role}`,
      (ports, call) => createUser(ports, call, { username: 'new', role, email: null }),
      () => [MADE],
    );
  return [
    ...['local:pat', MADE].map((who) => grant('user', who)),
    ...['sa pats', `sa ${own}`].map((who) => grant('service_account', who)),
    grant('team', 'empty'),
    grant('role', 'engineer'),
    grant('user', 'local:mia', '2099-01-01T00:00:00.000Z'),
    ...['local:pat', MADE, 'sa pats', `sa ${own}`, by].map((who) => joins('empty', who)),
    ...['local:pat', MADE, `sa ${own}`, by].map((who) => joins('readers', who)),
    act('makes a team of pat', (ports, call) =>
      createTeam(ports, call, {
        name: 'made',
        description: '',
        members: [{ principal: 'local:pat', lead: false }],
      }),
    ),
    ...['pat', 'mia', 'kim', 'ola', 'new'].map(passwordOf),
    ...['pats', 'mias', 'kims', own].map(secretOf),
    act(
      'makes a service account',
      (ports, call) =>
        createServiceAccount(ports, call, { name: own, description: '', role: 'engineer', expiresAt: null }),
      (after) => [`sa:${accountId(after, own)}`],
    ),
    makesPerson('admin'),
    act('makes an engineer of ola', (ports, call) => updateUser(ports, call, 'ola', { role: 'engineer' })),
    act('enables dan', (ports, call) => updateUser(ports, call, 'dan', { disabled: false })),
    act('enables glassdome:60', (ports, call) =>
      setDisabled(ports, call, 'glassdome:60', { disabled: false }),
    ),
    act('restores what was deleted', (ports, call, state) =>
      restoreCredential(ports, call, credentialId(state, 'deleted')),
    ),
  ];
}

/** A database in which one state after the other is set up, and the use cases over it. Vault's part is a stand-in. */
export class AdminWorld {
  #now: string | undefined;

  private constructor(
    private readonly db: Postgres,
    private readonly owner: pg.Client,
  ) {}

  static async open(db: Postgres, superUrl: string): Promise<AdminWorld> {
    const owner = new pg.Client({ connectionString: superUrl });
    await owner.connect();
    // Rows are set as they were, without what follows from a change.
    await owner.query('set session_replication_role = replica');
    return new AdminWorld(db, owner);
  }

  async close(): Promise<void> {
    await this.owner.end();
    await this.db.close();
  }

  /** Does one action in a state, and answers the state that follows. */
  async step(state: State, action: Action, reason?: string): Promise<{ outcome: Outcome; after: State }> {
    await this.#set(state);
    const { ports, outcome } = this.#ports();
    const call: CallContext = { caller: callerIn(state, action.by), requestId: randomUUID(), ip: '10.0.0.1' };
    try {
      await action.run(ports, { ...call, ...(reason !== undefined && { breakGlassReason: reason }) }, state);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      return { outcome: { ...outcome, code: error.code }, after: state };
    }
    const after = { rows: await this.#read(), known: state.known };
    this.#now = JSON.stringify(after.rows);
    const learned = action.learns?.(after) ?? [];
    const known = Object.fromEntries(
      ADMINS.map((admin) => {
        const before = state.known[admin] ?? [];
        const hears = admin === action.by || before.includes(action.by);
        return [admin, hears ? [...new Set([...before, ...learned])] : before];
      }),
    );
    return { outcome, after: { ...after, known } };
  }

  #ports(): { ports: Ports; outcome: Outcome } {
    const outcome: Outcome = { code: null, events: [], notices: [] };
    const run = async <T>(work: (tx: ChangeTx) => Promise<T>): Promise<T> => {
      const seen: Outcome = { code: null, events: [], notices: [] };
      const done = await this.db.changes.run((tx) => work(watched(tx, seen)));
      outcome.events.push(...seen.events);
      outcome.notices.push(...seen.notices);
      return done;
    };
    const ports = {
      clock: { now: () => new Date() },
      records: this.db.records,
      changes: { run },
      auditLog: { record: async () => undefined, countRefusal: () => undefined },
      fingerprints: { make: async () => randomUUID() },
      passwords: { set: async () => undefined },
      passwordTurns: this.db.passwordTurns,
    };
    return { ports: ports as unknown as Ports, outcome };
  }

  async #set({ rows }: State): Promise<void> {
    const wanted = JSON.stringify(rows);
    if (this.#now === wanted) return;
    const text = TABLES.map(
      (table) => `delete from broker.${table};
        insert into broker.${table} select * from json_populate_recordset(null::broker.${table}, ${literal(rows[table])});`,
    );
    const statuses = rows.credentials.map(
      (c) =>
        `update broker.credentials set status = ${pg.escapeLiteral(String(c['status']))}, deleted_at = ${
          c['deleted_at'] === null ? 'null' : pg.escapeLiteral(String(c['deleted_at']))
        } where id = ${pg.escapeLiteral(String(c['id']))};`,
    );
    await this.owner.query([...text, ...statuses].join('\n'));
    this.#now = wanted;
  }

  async #read(): Promise<Rows> {
    const table = (name: string, columns = 't.*') =>
      `'${name}', (select coalesce(json_agg(row_to_json(x) order by x::text), '[]') from (select ${columns} from broker.${name} t) x)`;
    const all = [
      ...TABLES.map((name) => table(name)),
      table('credentials', 'id, name, owner, status, deleted_at'),
    ];
    const { rows } = await this.owner.query(`select json_build_object(${all.join(', ')}) as found`);
    return rows[0].found as Rows;
  }

  /** Owners, readers and people of all kinds, of whom no admin reads anything that is not shared with everybody. */
  async begin(): Promise<State> {
    // The same ids in each database, so that a state of one can be set up in another.
    const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
    const value = aCredential({ id: id(1), name: 'value', owner: OWNER });
    const gone = { status: 'deleted', deletedAt: new Date() } as const;
    const deleted = aCredential({ id: id(2), name: 'deleted', owner: OWNER, ...gone });
    const ofKim = aCredential({ id: id(3), name: 'of kim', owner: 'local:kim' });
    const at = new Date();
    await this.db.changes.run(async (tx) => {
      for (const one of [value, deleted, ofKim]) await tx.insertCredential(one);
      const people: [string, Role, boolean][] = [
        ...(['pat', 'mia', 'kim'] as const).map((name): [string, Role, boolean] => [name, 'engineer', false]),
        ['ola', 'observer', false],
        ['dan', 'engineer', true],
      ];
      for (const [username, role, disabled] of people)
        await tx.insertPerson(aPerson(username, role, disabled));
      const ids: Record<string, string> = {};
      for (const [name, createdBy] of [
        ['pats', 'local:pat'],
        ['mias', 'local:mia'],
        ['kims', 'local:kim'],
      ] as const) {
        ids[name] = randomUUID();
        await tx.insertServiceAccount(anAccount(ids[name] ?? '', name, createdBy));
      }
      for (const name of ['empty', 'readers'])
        await tx.insertTeam({ name, description: '', createdAt: at, createdBy: OWNER });
      await tx.replaceMembers('readers', [{ principal: 'local:ola', lead: false }], OWNER, at);
      await tx.disablePrincipal('glassdome:60', 'glassdome:1', at);
      const read = { level: 'read' as const, expiresAt: null };
      const until = new Date('2098-01-01T00:00:00Z');
      await tx.replaceGrants(
        value.id,
        [
          { subjectKind: 'team', subject: 'readers', ...read },
          { subjectKind: 'service_account', subject: `sa:${ids['mias']}`, ...read },
          { subjectKind: 'user', subject: 'local:dan', ...read },
          { subjectKind: 'user', subject: 'glassdome:60', ...read },
          { subjectKind: 'user', subject: 'local:mia', level: 'read', expiresAt: until },
        ],
        OWNER,
        at,
      );
      await tx.replaceGrants(deleted.id, [{ subjectKind: 'user', subject: 'local:mia', ...read }], OWNER, at);
      tx.audit({ ...anyEvent(), credentialId: value.id });
    });
    return { rows: await this.#read(), known: Object.fromEntries(ADMINS.map((admin) => [admin, []])) };
  }
}

const literal = (rows: Row[]) => pg.escapeLiteral(JSON.stringify(rows));

function watched(tx: ChangeTx, seen: Outcome): ChangeTx {
  const spy: Partial<ChangeTx> = {
    audit: (event) => {
      seen.events.push(event);
      tx.audit(event);
    },
    notices: async (notices) => {
      seen.notices.push(...notices);
      await tx.notices(notices);
    },
  };
  return new Proxy(tx, { get: (target, name) => Reflect.get(name in spy ? spy : target, name) });
}

function callerIn(state: State, principal: string): Caller {
  const row = state.rows.people.find((p) => p['principal'] === principal);
  const role = principal.startsWith('glassdome:') ? 'admin' : ((row?.['role'] ?? 'observer') as Role);
  return { kind: 'user', principal, name: principal, role, mustChangePassword: false };
}

function aPerson(username: string, role: Role, disabled: boolean) {
  const principal = `local:${username}`;
  const at = new Date();
  const made = { createdAt: at, createdBy: 'system', lastLoginAt: null };
  return { principal, username, name: null, role, disabled, email: null, mustChangePassword: false, ...made };
}

function anAccount(id: string, name: string, createdBy: string) {
  const made = { createdAt: new Date(), createdBy, lastUsedAt: null };
  const ends = { expiresAt: null, revokedAt: null, disabled: false };
  return {
    id,
    name,
    description: '',
    role: 'engineer' as const,
    secretHmac: id,
    secretId: id,
    ...made,
    ...ends,
  };
}

function anyEvent(): AuditEvent {
  const who = { actor: OWNER, actorKind: 'user', requestId: randomUUID(), ip: '10.0.0.1' } as const;
  const nothing = { version: null, code: null, usedBy: null, purpose: null, details: {} };
  const glass = { breakGlass: false, breakGlassReason: null };
  return { action: 'grant.change', outcome: 'allowed', credentialId: null, ...who, ...nothing, ...glass };
}

/** Who reads a credential now, of their own doing: written from the rows alone, not from the product's rules. */
function readersOf(rows: Rows, credential: Row): (principal: string) => boolean {
  const off = new Set(rows.disabled_principals.map((d) => d['principal']));
  const grants = rows.grants.filter((g) => g['credential_id'] === credential['id'] && g['level'] !== 'use');
  return (principal) => {
    if (credential['status'] !== 'active' || off.has(principal)) return false;
    const person = rows.people.find((p) => p['principal'] === principal);
    if (principal.startsWith('local:') && (person === undefined || person['disabled'] === true)) return false;
    const role = principal.startsWith('glassdome:')
      ? 'engineer'
      : principal.startsWith('sa:')
        ? 'engineer'
        : person?.['role'];
    if (role === 'observer') return false;
    if (credential['owner'] === principal) return true;
    const teams = rows.team_members.filter((m) => m['principal'] === principal).map((m) => m['team']);
    return grants.some((g) => {
      if (g['subject_kind'] === 'team') return teams.includes(g['subject'] ?? null);
      if (g['subject_kind'] === 'role') return !principal.startsWith('sa:');
      return g['subject'] === principal;
    });
  };
}

/** `admin name` for each value that an admin reaches with all secrets they ever learned, also by way of their accounts. */
export function reached({ rows, known }: State): Set<string> {
  const found = new Set<string>();
  for (const admin of ADMINS) {
    const people = [admin, ...(known[admin] ?? [])];
    const accounts = rows.service_accounts.filter((a) => people.includes(String(a['created_by'])));
    const hands = [...people, ...accounts.map((a) => `sa:${a['id']}`)];
    for (const credential of rows.credentials)
      if (hands.some(readersOf(rows, credential))) found.add(`${admin} ${credential['name']}`);
  }
  return found;
}

/** The credentials that anybody reads who did not before. */
export function opened(before: State, after: State): string[] {
  const everybody = (rows: Rows) => [
    ...rows.people.map((p) => String(p['principal'])),
    ...rows.service_accounts.map((a) => `sa:${a['id']}`),
    ...rows.team_members.map((m) => String(m['principal'])),
    ...rows.grants.filter((g) => g['subject_kind'] === 'user').map((g) => String(g['subject'])),
  ];
  const names = after.rows.credentials.filter((credential) => {
    const was = before.rows.credentials.find((c) => c['id'] === credential['id']) ?? credential;
    const reads = readersOf(after.rows, credential);
    const read = readersOf(before.rows, was);
    return everybody(after.rows).some((one) => reads(one) && !read(one));
  });
  return names.map((credential) => String(credential['name']));
}

/** The same text for states that differ in ids, times and authors alone, or in which of the two admins did what. */
export function keyOf(state: State): string {
  return mirrorsOf(state).sort()[0] ?? '';
}

/** The calls that may differ in what they do here: none of a person who is no admin, of two admins alike only the first's. */
export function worthTrying(state: State, actions: readonly Action[]): Action[] {
  const [plain, mirrored] = mirrorsOf(state);
  const askers = plain === mirrored ? ADMINS.slice(0, 1) : [...ADMINS];
  const made = state.rows.people.some((p) => p['principal'] === MADE && p['role'] === 'admin');
  return actions.filter(({ by }) => (by === MADE ? made : askers.some((admin) => admin === by)));
}

function mirrorsOf(state: State): string[] {
  const text = plainKey(state);
  const swapped = text.replace(/(glassdome[:-])([12])\b/g, (_, at, n) => `${at}${3 - n}`);
  // The parts are sorted after the names were exchanged.
  return [text, swapped].map((each) => sorted(JSON.parse(each)));
}

const sorted = (lists: Record<string, string[]>) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(lists)
        .sort()
        .map(([name, list]) => [name, [...list].sort()]),
    ),
  );

function plainKey({ rows, known }: State): string {
  const names = new Map(rows.service_accounts.map((a) => [`sa:${a['id']}`, `sa ${a['name']}`]));
  const word = (value: unknown) => names.get(String(value)) ?? String(value);
  const pick = (list: Row[], columns: string[]) =>
    list.map((row) => columns.map((c) => word(row[c])).join(' '));
  return JSON.stringify({
    people: pick(rows.people, ['principal', 'role', 'disabled']),
    accounts: pick(rows.service_accounts, ['name', 'created_by', 'role']),
    teams: pick(rows.teams, ['name']),
    members: pick(rows.team_members, ['team', 'principal']),
    grants: pick(rows.grants, ['credential_id', 'subject_kind', 'subject', 'level', 'expires_at']),
    disabled: pick(rows.disabled_principals, ['principal', 'disabled_with']),
    credentials: pick(rows.credentials, ['name', 'status']),
    ...Object.fromEntries(Object.entries(known).map(([admin, list]) => [`known ${admin}`, list.map(word)])),
  });
}
