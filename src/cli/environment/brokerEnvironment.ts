interface BrokerSource {
  credential_id: string;
  name: string;
  version: number;
  field: string;
  alias_of?: string | null;
}

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
export interface BrokerEnvironment {
  variables: Record<string, string>;
  sources: Record<string, BrokerSource>;
  conflicts: {
    variable: string;
    credentials: { id: string; name: string; owner: string }[];
    served_by?: string | null;
    because?: string | null;
  }[];
  failed: { credential_id: string; name: string; code: string }[];
  held_back?: { variable: string; credential_id: string; name: string; changed_by: string | null }[];
  offers?: number;
  unreadable?: number;
}

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
