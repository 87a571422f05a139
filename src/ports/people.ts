/** Rows about people, teams and service accounts. */
import type { Client, Role } from '../domain/access/caller.js';

export interface Team {
  /** Unique, `[a-z0-9][a-z0-9-]{0,62}`; what grants name. */
  name: string;
  description: string;
  createdAt: Date;
  createdBy: string;
  members: TeamMember[];
}

export interface TeamMember {
  /** A principal. */
  principal: string;
  /** A lead may add and remove members. */
  lead: boolean;
}

export interface Person {
  /** `local:<username>`, or `<alias>:<sub>` of an OIDC issuer. */
  principal: string;
  /** Of people of an issuer their principal: no name to log in with. */
  username: string;
  /** As an issuer calls them; null for local people. */
  name: string | null;
  /** Where notices go; null: no address is known. */
  email: string | null;
  role: Role;
  disabled: boolean;
  mustChangePassword: boolean;
  createdAt: Date;
  createdBy: string;
  lastLoginAt: Date | null;
}

/** A disabled principal; for people who were disabled before version 020 of the tables, the time is unknown. */
export interface DisabledPrincipal {
  principal: string;
  disabledAt: Date | null;
  disabledBy: string | null;
}

export interface ServiceAccount {
  id: string;
  name: string;
  description: string;
  role: Role;
  createdAt: Date;
  /** A principal. */
  createdBy: string;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  /** An admin disabled it, or its maker. */
  disabled: boolean;
}

/** What an account created, and what continues when it is disabled. */
export interface MadeBy {
  /** Those that are not revoked. */
  accounts: Pick<ServiceAccount, 'id' | 'name' | 'disabled'>[];
  channels: { id: string; name: string }[];
  reportSchedules: { id: string; name: string }[];
}

/** With what only the token exchange needs. `secretHmac` is a transit HMAC, useless as a credential. */
export interface ServiceAccountSecret extends ServiceAccount {
  secretHmac: string;
  /** Another one with each secret; tokens name it, so that they end with their secret. Null: of before version 028. */
  secretId: string | null;
}

/** Setting a password takes several steps, so each person's is set by one request at a time. */
export interface PasswordTurns {
  /** The function ends the turn, which also ends after a minute. Null while another request has it, and for nobody here. */
  take(principal: string): Promise<(() => Promise<void>) | null>;
}

/** What is good once, for all processes. */
export interface UsedOnce {
  /** Notes that the flow of a login was used; false when it was before. */
  useFlow(id: string, expiresAt: Date, at: Date): Promise<boolean>;
  cliCode(id: string): Promise<CliCode | null>;
  /** Notes that a code was used; false when it was before, or ended by `at`. */
  useCliCode(id: string, at: Date): Promise<boolean>;
}

/** A code with which a command line becomes a login of the person who approved it in a browser. */
export interface CliCode {
  id: string;
  secretHmac: string;
  /** RFC 7636, S256. */
  challenge: string;
  /** The login that approved it. */
  sessionId: string;
  expiresAt: Date;
}

/** A login of a person that can be renewed until it ends. */
export interface Session {
  id: string;
  principal: string;
  secretHmac: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  client: Client;
  /** When it was last exchanged for an access token, about every ten minutes; null: never. */
  lastUsedAt: Date | null;
}

/** How long logins last. */
export interface LoginPolicy {
  sessionMs: number;
}

/** A member as they are added. */
export interface JoiningMember extends TeamMember {
  /** They are in the team with their own consent, or by an admin; left out: neither. */
  confirmed?: boolean;
}

/** People, teams, service accounts and logins. */
export interface PeopleReads {
  teams(): Promise<Team[]>;
  team(name: string): Promise<Team | null>;
  teamsOf(principal: string): Promise<string[]>;
  people(): Promise<Person[]>;
  person(principal: string): Promise<Person | null>;
  serviceAccounts(createdBy?: string): Promise<ServiceAccount[]>;
  serviceAccount(id: string): Promise<ServiceAccountSecret | null>;
  madeBy(principal: string): Promise<MadeBy>;
  session(id: string): Promise<Session | null>;
  /** The newest of those that have not ended. */
  openSessions(principal: string, now: Date): Promise<Session[]>;
}

/** Principals that are blocked. */
export interface DisabledReads {
  disabledPrincipals(): Promise<DisabledPrincipal[]>;
}

/** Changes to teams and their members. */
export interface TeamWrites {
  /** Rejects with `name_taken`. */
  insertTeam(team: Omit<Team, 'members'>): Promise<void>;
  /** Locks and returns the team, with its members as they are now. */
  lockTeam(name: string): Promise<Team | null>;
  replaceMembers(team: string, members: JoiningMember[], by: string, at: Date): Promise<void>;
  /** Adds one, or sets whether they lead. */
  putMember(team: string, member: JoiningMember, by: string, at: Date): Promise<void>;
  removeMember(team: string, principal: string): Promise<void>;
  /** With the grants that name it, its reports and channels: another team may get that name. The names of the channels. */
  deleteTeam(name: string, at: Date): Promise<string[]>;
}

/** Changes to people, service accounts and logins. */
export interface PeopleWrites {
  /** The local admins who are not disabled, locked until the end of the transaction. */
  lockAdmins(): Promise<Person[]>;
  /** Rejects with `name_taken`. */
  insertPerson(person: Person): Promise<void>;
  /** Takes back one who was just added. */
  deletePerson(principal: string): Promise<void>;
  updatePerson(
    principal: string,
    patch: Partial<
      Pick<Person, 'role' | 'disabled' | 'mustChangePassword' | 'lastLoginAt' | 'email'> &
        Omit<DisabledPrincipal, 'principal'>
    >,
  ): Promise<Person | null>;
  /** Locks and returns the row. */
  lockPerson(principal: string): Promise<Person | null>;
  insertServiceAccount(account: ServiceAccountSecret): Promise<void>;
  updateServiceAccount(
    id: string,
    patch: Partial<Pick<ServiceAccountSecret, 'revokedAt' | 'expiresAt' | 'lastUsedAt'>>,
  ): Promise<void>;
  /** False when the secret is no longer the one that was read, or the account was revoked. */
  replaceAccountSecret(
    before: Pick<ServiceAccountSecret, 'id' | 'secretHmac'>,
    next: Pick<ServiceAccountSecret, 'secretHmac' | 'secretId'>,
  ): Promise<boolean>;
  /** One of an issuer as of their newest login; since when they are known, and by which act, stays. */
  putIssuerPerson(person: Person): Promise<void>;
  insertCliCode(code: CliCode): Promise<void>;
  insertSession(session: Session): Promise<void>;
  sessionUsed(id: string, at: Date): Promise<void>;
  revokeSession(id: string, at: Date): Promise<void>;
  /** All but `except`, when that is given. */
  revokeSessionsOf(principal: string, at: Date, except?: string): Promise<void>;
}

/** What a change does to who is disabled, and to what goes with them. */
export interface DisabledWrites {
  /** Of another issuer, or of a service account; twice is once. */
  disablePrincipal(principal: string, by: string, at: Date): Promise<void>;
  /** False when the principal was not disabled. */
  enablePrincipal(principal: string): Promise<boolean>;
  /** Until the end of the transaction nobody else makes an account of this principal, or disables those it made. */
  lockAccountsOf(principal: string): Promise<void>;
  /** The service accounts that the principal made; those that are disabled already stay as they are. */
  disableAccountsOf(principal: string, by: string, at: Date): Promise<void>;
  /** Those that `disableAccountsOf` disabled. */
  enableAccountsOf(principal: string): Promise<void>;
  /** What a person snoozed is open again. */
  endSnoozesOf(principal: string, at: Date): Promise<void>;
}

/** The secrets of one login, made by us; none is sent to the issuer before its hash was. */
export interface LoginProofs {
  state: string;
  nonce: string;
  /** RFC 7636. */
  verifier: string;
}

/** What the browser brought back. */
export interface IssuerReply {
  code: string;
  /** RFC 9207. */
  iss: string | undefined;
}

/** A person as their issuer vouches for them. */
export interface IssuedIdentity {
  /** `<alias>:<sub>`. */
  principal: string;
  /** For people to read. */
  name: string;
  /** Undefined where the issuer's claims give no role here. */
  role: Role | undefined;
  /** Only an address that the issuer has verified. */
  email: string | null;
}

/** Those of the configuration. Methods reject with `LoginFailure`, and `not_found` for an alias that is not configured. */
export interface Issuers {
  readonly all: readonly { alias: string; name: string }[];
  /** Where the browser goes to log in. */
  loginAddress(alias: string, redirectUri: string, proofs: LoginProofs): Promise<string>;
  /** Trades the code, and verifies the ID token that it is worth. */
  identify(
    alias: string,
    redirectUri: string,
    proofs: Omit<LoginProofs, 'state'>,
    reply: IssuerReply,
  ): Promise<IssuedIdentity>;
}
