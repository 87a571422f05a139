import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { type Browser, openBrowser } from '../../support/broker/browser.js';
import { type CliSystem, type Ended, GLASSDOME, startCliSystem } from '../../support/broker/cliSystem.js';

const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

interface Waiting {
  /** The address that a person would open. */
  address: URL;
  ended: Promise<Ended>;
  end(): void;
}

describe('glassdome login --web', function () {
  this.timeout(120_000);
  let cli: CliSystem;
  let anna: NodeJS.ProcessEnv;
  before(async () => {
    cli = await startCliSystem();
    anna = await cli.person('anna', 'engineer');
  });
  after(() => cli.stop());

  /** The command, until it has printed where to go. */
  function begin(env: NodeJS.ProcessEnv, words: readonly string[] = []): Promise<Waiting> {
    const child = spawn(process.execPath, [GLASSDOME, 'login', '--web', '--no-browser', ...words], { env });
    const told: Ended = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      told.stdout += String(chunk);
    });
    const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ ...told, code })));
    return new Promise((resolve, reject) => {
      void ended.then(() => reject(new Error(told.stderr)));
      child.stderr.on('data', (chunk) => {
        told.stderr += String(chunk);
        const [address] = /http:\S+cli-login\S+/.exec(told.stderr) ?? [];
        if (address !== undefined)
          resolve({ address: new URL(address), ended, end: () => void child.kill() });
      });
    });
  }
  const asked = ({ address }: Waiting, name: string) => address.searchParams.get(name) ?? '';
  const signedIn = async (username: string): Promise<Browser> => {
    const browser = openBrowser(cli.url);
    expect((await browser.signIn(username, `long-enough-${username}`)).status).to.equal(200);
    return browser;
  };
  const approve = (browser: Browser, challenge: string, port = 50_000) =>
    browser.send('POST', '/api/auth/cli-codes', { code_challenge: challenge, redirect_port: port });
  const trade = (code: string, code_verifier: string) =>
    cli.send('POST', '/api/auth/token', { grant_type: 'authorization_code', code, code_verifier });

  it('is a login of the person who approved it in the browser, and shows who that is', async () => {
    const env = { ...anna, GLASSDOME_BROKER_SESSION_FILE: `${cli.folder}/web.json` };
    const waiting = await begin(env);
    expect(waiting.address.origin + waiting.address.pathname).to.equal(`${cli.url}/cli-login`);
    const browser = await signedIn('anna');
    const port = Number(asked(waiting, 'port'));
    const { status, body } = await approve(browser, asked(waiting, 'challenge'), port);
    expect(status).to.equal(200);
    expect(body.expires_in).to.equal(60);
    const at = `http://127.0.0.1:${port}/`;
    const bring = (state: string) =>
      fetch(`${at}?${new URLSearchParams({ code: body.code, state })}`).then(async (answer) => ({
        status: answer.status,
        text: await answer.text(),
      }));
    // Whatever else comes to the port.
    expect((await bring('x'.repeat(43))).status).to.equal(404);
    expect((await fetch(`${at}favicon.ico`)).status).to.equal(404);
    expect((await fetch(`${at}/`)).status, 'no address at all').to.equal(404);
    const shown = await bring(asked(waiting, 'state'));
    expect(shown.text).to.contain('You are logged in as anna. You can close this tab.');
    const { code, stderr, stdout } = await waiting.ended;
    expect([code, stdout]).to.deep.equal([0, '']);
    expect(stderr).to.match(/Logged in as anna at http/);
    expect(stderr).to.not.contain(body.code);
    const who = await cli.glassdome(['whoami', '--json'], { env });
    expect(JSON.parse(who.stdout)).to.include({ principal: 'local:anna' });
    const { items } = (await browser.send('GET', '/api/auth/sessions')).body;
    const [mine, theirs] = ['web', 'cli'].map((client) =>
      items.find((one: { client: string }) => one.client === client),
    );
    expect(theirs.expires_at).to.equal(mine.expires_at);
    // Ending the one in the browser leaves the one on the command line.
    await browser.send('DELETE', '/api/auth/session');
    expect((await cli.glassdome(['whoami'], { env })).code).to.equal(0);
  });

  it('says so when it was refused in the browser, and takes no name or password', async () => {
    const waiting = await begin(anna);
    const query = new URLSearchParams({ error: 'access_denied', state: asked(waiting, 'state') });
    const answer = await fetch(`http://127.0.0.1:${asked(waiting, 'port')}/?${query}`);
    expect(await answer.text()).to.contain('Not logged in. You can close this tab.');
    const { code, stderr } = await waiting.ended;
    expect([code, /The login was refused in the browser/.test(stderr)]).to.deep.equal([3, true]);
    expect((await cli.glassdome(['login', '--web', '--username', 'anna'])).code).to.equal(2);
  });

  it('needs a code that is good once, for a minute, and for its own verifier', async () => {
    const browser = await signedIn('anna');
    const { code } = (await approve(browser, CHALLENGE)).body;
    expect(code).to.match(/^gdc_[0-9a-f-]{36}_[\w-]{43}$/);
    const told = await trade(code, VERIFIER);
    expect(told.status).to.equal(200);
    expect(await told.json()).to.include.keys('access_token', 'refresh_token');
    expect((await trade(code, VERIFIER)).status, 'twice').to.equal(401);
    const other = (await approve(browser, CHALLENGE)).body.code;
    expect((await trade(other, 'w'.repeat(43))).status, 'another verifier').to.equal(401);
    expect((await trade(other, VERIFIER)).status, 'spent by it').to.equal(401);
    const third = (await approve(browser, CHALLENGE)).body.code;
    const tail = third.endsWith('A') ? 'B' : 'A';
    const wrong = await trade(third.slice(0, -1) + tail, VERIFIER);
    expect([wrong.status, ((await wrong.json()) as { error: string }).error]).to.deep.equal([
      401,
      'invalid_grant',
    ]);
    expect((await trade('', '')).status).to.equal(401);
  });

  it('ends with the approval: of a login that is over no code is good', async () => {
    const browser = await signedIn('anna');
    const { code } = (await approve(browser, CHALLENGE)).body;
    await browser.send('DELETE', '/api/auth/session');
    expect((await trade(code, VERIFIER)).status).to.equal(401);
  });

  it('is approved by people in a browser only', async () => {
    const browser = await signedIn('anna');
    const refused = await browser.send(
      'POST',
      '/api/auth/cli-codes',
      { code_challenge: CHALLENGE, redirect_port: 50_000 },
      { origin: 'https://evil.example' },
    );
    expect(refused.status).to.equal(401);
    const body = { code_challenge: CHALLENGE, redirect_port: 50_000 };
    expect((await cli.send('POST', '/api/auth/cli-codes', body)).status).to.equal(403);
    for (const port of [80, 0, 70_000])
      expect((await approve(browser, CHALLENGE, port)).status).to.equal(400);
    expect((await approve(browser, 'short')).status).to.equal(400);
  });
});
