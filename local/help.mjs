/** What `npm start -- --help` prints. */
export const HELP = `npm start: the whole credential broker on this machine, for development

Starts a real Postgres and a real Vault with their data under .data/, prepares them, and serves the API. Ctrl-C stops
everything in order; the next start has the same data. The first start makes an admin and prints his one-time password.

Vault comes from the first of these: vault or bao on PATH, the binary built earlier, the image hashicorp/vault where Docker
has it or can pull it, a build from its Go module (Go 1.25 or later, about 10 minutes, once).

Variables of the launcher
  LOCAL_VAULT_PORT          Vault (8401; the port after it is Vault's cluster port)
  LOCAL_POSTGRES_PORT       Postgres (8403)
  LOCAL_DATA                where the data lies (.data)
  GLASSDOME_ENCRYPTION_KEY  encrypts Vault's unseal key file, from the start at which it is first set; the same value at
                            every start after that. At least 12 characters, random: openssl rand -hex 24
  GLASSDOME_BROKER_CACHE    where the built Vault is kept (~/.cache)
  DATABASE_URL, DATABASE_OWNER_URL   a Postgres of yours in the place of the one it brings
  VAULT_ADDR                a Vault of yours, prepared by "bootstrap": nothing is initialised, unsealed or bootstrapped there.
                            The logins go with it: VAULT_ROLE_ID, VAULT_SECRET_ID_FILE, and the same with VAULT_USERS_
                            and VAULT_RECONCILER_
  LOCAL_FIRST_ADMIN         name of the first admin (admin). In a Vault of yours none is made without it; whoever has that
                            name in Vault's userpass gets another password

All others go to the broker as they are: BROKER_PORT (8400), TLS_CERT_FILE and TLS_KEY_FILE, GLASSDOME_JWT_KEY_FILES,
OUTBOUND_ALLOW_CIDRS, SMTP_HOST, TEST_INTERVAL_MINUTES, REMIND_DAYS, REPORT_SCHEDULE, LOG_LEVEL … They stand in
docs/configuration.md.
`;
