/** Variables of Glassdome's own that people export together with their `.env`, and why each can't stay. */
const FOREIGN: Readonly<Record<string, string>> = {
  DATABASE_URL: 'it names another database; the embedded default brings its own',
  VAULT_ADDR:
    'it names a Vault that somebody else runs; the embedded default never touches it (for that one see "Production" in README.md)',
  VAULT_SKIP_VERIFY: 'it would switch off the verification of Vault',
  VAULT_TOKEN: 'it belongs to another Vault',
  DEBUG: 'libraries would print what they send',
};

/** Rejects an environment that was meant for another program, naming each variable and the way out. */
export function refuseForeignEnvironment(env: NodeJS.ProcessEnv): void {
  const found = Object.keys(FOREIGN).filter((name) => (env[name] ?? '') !== '');
  if (found.length === 0) return;
  const reasons = found.map((name) => `  ${name}: ${FOREIGN[name]}`).join('\n');
  throw new Error(
    `The environment holds variables of another program:\n${reasons}\nStart without them:\n  env ${found.map((n) => `-u ${n}`).join(' ')} npm start`,
  );
}
