/** Rows about people, teams and service accounts. */
import type { Role } from '../domain/access/caller.js';

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
  /** `local:<username>`. */
  principal: string;
  username: string;
  /** Where notices go; null: nobody told. */
  email: string | null;
  role: Role;
  disabled: boolean;
  mustChangePassword: boolean;
  createdAt: Date;
  createdBy: string;
  lastLoginAt: Date | null;
}

/** Somebody who is shut out; of people who were so before version 020 of the tables, it is not kept since when. */
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

/** What somebody made, and what goes on when they are disabled. */
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

/** A login of a person that can be renewed until it ends. */
export interface Session {
  id: string;
  principal: string;
  secretHmac: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}
