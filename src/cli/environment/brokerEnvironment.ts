import type { z } from 'zod';
import type { environmentAnswer } from '../../api/valueAnswers.js';

/** Where one variable came from. */
export interface Source {
  /** A credential's name, or the path of the file. */
  from: string;
  credential_id?: string;
  version?: number;
  field?: string;
  /** The name that the credential has for it. */
  alias_of?: string;
  /** The file held another value, which lost. */
  overrides_file?: true;
}

/** What `GET /api/environment` answers. */
export type BrokerEnvironment = z.output<typeof environmentAnswer>;

export interface Environment {
  variables: Record<string, string>;
  sources: Record<string, Source>;
}

export interface EnvironmentOptions {
  envFile?: string;
  only?: string[];
  label?: string[];
  usedBy?: string;
  aliases?: boolean;
  /** Names and sources only. */
  namesOnly?: boolean;
  require?: string[];
  requireAny?: boolean;
  strict?: boolean;
}
