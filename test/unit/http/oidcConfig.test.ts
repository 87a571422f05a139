import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigRefused, loadConfig } from '../../../src/config/config.js';

const GOOD = { alias: 'company', name: 'Company', issuer: 'https://issuer.lab', client_id: 'broker' };

describe('the file of OIDC issuers', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'oidc-config-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const load = (content: unknown, env: Record<string, string> = {}) => {
    const file = join(folder, 'issuers.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return loadConfig({ OIDC_ISSUERS_FILE: file, ...env });
  };
  const faultOf = (content: unknown, env: Record<string, string> = {}): string => {
    try {
      load(content, env);
      return 'taken';
    } catch (error) {
      if (!(error instanceof ConfigRefused)) throw error;
      return error.message;
    }
  };

  it('gives issuers with careful defaults, and secrets from files beside it', () => {
    writeFileSync(join(folder, 'secret'), 'of the client\n');
    writeFileSync(join(folder, 'ca.pem'), 'a certificate');
    const more = { client_secret_file: 'secret', ca_file: join(folder, 'ca.pem'), scopes: ['groups'] };
    const [first, second] = load({ issuers: [GOOD, { ...GOOD, alias: 'other', ...more }] }).oidcIssuers;
    expect(first).to.deep.equal({
      alias: 'company',
      name: 'Company',
      issuer: 'https://issuer.lab',
      clientId: 'broker',
      clientSecret: undefined,
      scopes: ['openid', 'profile', 'email'],
      roleClaim: 'groups',
      roleMap: {},
      defaultRole: undefined,
      algorithms: ['RS256'],
      caPem: undefined,
    });
    expect(second?.clientSecret?.reveal()).to.equal('of the client');
    expect(second?.caPem).to.equal('a certificate');
    expect(second?.scopes).to.deep.equal(['openid', 'groups']);
    expect(JSON.stringify(second)).to.not.contain('of the client');
  });

  it('is refused with the place and the rule, and without the value', () => {
    const cases: [object, RegExp][] = [
      [{ alias: 'local' }, /issuers\.0\.alias must not be local/],
      [{ alias: 'Company' }, /issuers\.0\.alias must be 1 to 32/],
      [{ issuer: 'http://issuer.lab' }, /issuers\.0\.issuer must be https/],
      [{ issuer: 'https://issuer.lab?x=1' }, /issuers\.0\.issuer must be https/],
      [{ algorithms: ['none'] }, /issuers\.0\.algorithms\.0 /],
      [{ algorithms: ['HS256'] }, /issuers\.0\.algorithms\.0 /],
      [{ algorithms: [] }, /issuers\.0\.algorithms /],
      [{ role_map: { staff: 'root' } }, /issuers\.0\.role_map\.staff /],
      [{ default_role: 'root' }, /issuers\.0\.default_role /],
      [{ client_secret: 'hunter22' }, /unknown members: client_secret; put the secret into a file/],
      [{ client_secret_file: 'missing' }, /missing can't be read \(ENOENT\)/],
      [{ client_id: '' }, /issuers\.0\.client_id /],
    ];
    for (const [more, fault] of cases) {
      const text = faultOf({ issuers: [{ ...GOOD, ...more }] });
      expect(text, JSON.stringify(more)).to.match(/^OIDC_ISSUERS_FILE: /);
      expect(text).to.match(fault);
      expect(text).to.not.contain('hunter22');
    }
    expect(faultOf({ issuers: [GOOD, GOOD] })).to.match(/issuers have an alias twice/);
    expect(faultOf({ issuers: [] })).to.match(/^OIDC_ISSUERS_FILE: issuers /);
    expect(faultOf('{')).to.match(/^OIDC_ISSUERS_FILE: .* is not JSON$/);
    expect(faultOf('7')).to.match(/^OIDC_ISSUERS_FILE: the file /);
    expect(() => loadConfig({ OIDC_ISSUERS_FILE: '/no/such/file' })).to.throw(
      ConfigRefused,
      /^OIDC_ISSUERS_FILE: \/no\/such\/file can't be read \(ENOENT\)$/,
    );
  });

  it('needs the address of the broker beyond loopback, which is an origin with TLS', () => {
    const beyond = { BROKER_HOST: '0.0.0.0', ALLOW_PLAIN_HTTP: 'true' };
    const file = { issuers: [GOOD] };
    expect(faultOf(file, beyond)).to.match(/^PUBLIC_URL: must be set with OIDC_ISSUERS_FILE/);
    expect(faultOf(file, { ...beyond, PUBLIC_URL: 'https://broker.lab' })).to.equal('taken');
    expect(faultOf(file, { PUBLIC_URL: 'http://broker.lab' })).to.match(/^PUBLIC_URL: plain http/);
    for (const url of ['broker.lab', 'https://broker.lab/', 'https://broker.lab/x'])
      expect(faultOf(file, { PUBLIC_URL: url })).to.match(/^PUBLIC_URL must be an origin/);
  });
});
