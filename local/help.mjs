/** What `npm start -- --help` prints. */
export const HELP = `npm start: the whole credential broker on this machine, for development

Starts a real Postgres and a real Vault with their data under .data/, prepares them, and serves the API. Ctrl-C stops
everything in order; the next start has the same data. The first start makes an admin and prints his one-time password.

Vault comes from the first of these: vault or bao on PATH, the binary built earlier, a build from its Go module (Go 1.25
or later, about 10 minutes, once).

Variables
  BROKER_PORT               API (8400)
  LOCAL_VAULT_PORT          Vault (8401; the port after it is Vault's cluster port)
  LOCAL_POSTGRES_PORT       Postgres (8403)
  LOCAL_DATA                where the data lies (.data)
  GLASSDOME_ENCRYPTION_KEY  encrypts Vault's unseal key file; the same value at every start
  GLASSDOME_BROKER_CACHE    where the built Vault is kept (~/.cache)
  GLASSDOME_JWT_KEY_FILES   files with Glassdome's JWT key, so that its users' tokens are accepted
  TLS_CERT_FILE, TLS_KEY_FILE   serve HTTPS
  GLASSDOME_JWT_KEY_VAULT_PATH  where this Vault holds it, e.g. glassdome/data/auth/jwt_secret
  REVEALS_PER_MINUTE        how often one caller may read values (6000; 0 for no bound)
  LOG_LEVEL                 error, warn or info

For a Postgres and a Vault of your own see "Run it in production" in README.md.
`;
