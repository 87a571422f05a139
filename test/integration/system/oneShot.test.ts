import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';

const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url));

describe('commands that do one thing and end', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let files: { token: string; password: string };

  before(async () => {
    parts = await startBrokerParts();
    files = { token: join(parts.folder, 'bootstrap.token'), password: join(parts.folder, 'password') };
    writeFileSync(files.token, parts.vault.rootToken, { mode: 0o600 });
    writeFileSync(files.password, 'a-first-password-9', { mode: 0o600 });
  });
  after(() => parts.stop());

  async function run(words: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const env = {
      PATH: process.env['PATH'],
      ...parts.env,
      LOG_LEVEL: 'info',
      DATABASE_OWNER_URL: parts.database.ownerUrl,
      VAULT_TOKEN_FILE: files.token,
    };
    return promisify(execFile)(process.execPath, [main, ...words], { env });
  }

  const texts: readonly (readonly [readonly string[], RegExp])[] = [
    [['migrate'], /^The schema is up to date\.\n$/],
    [['bootstrap', '--dry-run'], /^Nothing to do: this Vault is ready for the broker\.\n$/],
    [['bootstrap'], /^Role ids \(not secret\)[^\n]*\n( {2}broker-[a-z]+ {2}[0-9a-f-]+\n)+$/],
    [
      ['create-admin', '--username', 'admin', '--password-file', 'PASSWORD'],
      /^Created local:admin\.[^\n]*\n$/,
    ],
  ];
  for (const [words, printed] of texts)
    it(`${words.slice(0, 2).join(' ')}: the result alone is on stdout`, async () => {
      const { stdout } = await run(words.map((word) => (word === 'PASSWORD' ? files.password : word)));
      expect(stdout).to.match(printed);
    });

  for (const words of [
    ['reconcile', '--dry-run'],
    ['reconcile'],
    ['reconcile', '--report-only', '1'],
    ['reconcile', '--resume'],
    ['destroyer', '--once'],
  ])
    it(`${words.join(' ')}: stdout is one JSON document, and the log is on stderr`, async () => {
      const { stdout, stderr } = await run(words);
      expect(JSON.parse(stdout)).to.be.an('object');
      expect(stderr).to.match(/"message":"vault_login"/);
    });
});
