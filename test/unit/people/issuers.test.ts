import { expect } from 'chai';
import { createIssuers } from '../../../src/adapters/identity/oidc/issuers.js';
import { LoginFailure, type OidcIssuer, roleOfClaims } from '../../../src/domain/people/issuer.js';
import { Secret } from '../../../src/domain/secret.js';
import { type OidcIssuerSim, startOidcIssuer } from '../../simulators/oidcIssuer.js';

const BACK = 'https://broker.lab/api/auth/oidc/company/callback';
const PROOFS = { state: 's', nonce: 'n', verifier: 'v'.repeat(43) };

describe('an issuer', () => {
  let sim: OidcIssuerSim;
  let at = Date.now();
  beforeEach(async () => {
    at = Date.now();
    sim = await startOidcIssuer([BACK], 'ES256');
  });
  afterEach(() => sim.close());

  const issuers = (more: Partial<OidcIssuer> = {}) => {
    const rules: OidcIssuer = {
      alias: 'company',
      name: 'Company',
      issuer: sim.issuer,
      clientId: sim.clientId,
      clientSecret: new Secret(sim.clientSecret),
      scopes: ['openid'],
      roleClaim: 'groups',
      roleMap: {},
      defaultRole: 'engineer',
      algorithms: ['ES256'],
      caPem: undefined,
      ...more,
    };
    return createIssuers([rules], { now: () => new Date(at) });
  };
  const logIn = async (all: ReturnType<typeof issuers>, iss?: string) => {
    try {
      const address = await all.loginAddress('company', BACK, PROOFS);
      const back = new URL(sim.logIn(address, { sub: 'anna', name: 'Anna\u202e\u0007 A.', groups: [] }));
      const reply = { code: back.searchParams.get('code') ?? '', iss };
      const { principal, name, role } = await all.identify('company', BACK, PROOFS, reply);
      return `${principal} ${name} ${role}`;
    } catch (error) {
      if (error instanceof LoginFailure) return `${error.code}: ${error.note}`;
      throw error;
    }
  };
  const ANNA = 'company:anna Anna A. engineer';

  it('that has a new key is believed after the cool-down, and at once when its keys are old', async () => {
    const all = issuers();
    expect(await logIn(all)).to.equal(ANNA);
    sim.rotate();
    expect(await logIn(all)).to.equal('rejected: ID token: unknown key');
    at += 31_000;
    expect(await logIn(all)).to.equal(ANNA);
    sim.rotate();
    at += 600_000;
    sim.twist = { claims: { iat: at / 1000, exp: at / 1000 + 300 } };
    expect(await logIn(all)).to.equal(ANNA);
  });

  it('that describes itself as another one is not asked anything else', async () => {
    for (const issuer of ['https://other.lab', `${sim.issuer}/`, undefined]) {
      sim.discovery = { issuer };
      expect(await logIn(issuers())).to.equal('issuer_unavailable: discovery names another issuer');
    }
    for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint'])
      for (const value of ['http://issuer.lab/x', 'ftp://x', 'javascript:alert(1)', 7, null]) {
        sim.discovery = { [name]: value };
        expect(await logIn(issuers())).to.equal(`issuer_unavailable: discovery has no safe ${name}`);
      }
    expect(
      sim.listener.requests.map(({ url }) => url).filter((url) => !/well-known/.test(url)),
    ).to.deep.equal([]);
  });

  it('that promises to name itself must do so (RFC 9207)', async () => {
    sim.discovery = { authorization_response_iss_parameter_supported: true };
    const other = 'rejected: the answer is of another issuer';
    expect(await logIn(issuers())).to.equal(other);
    expect(await logIn(issuers(), 'https://other.lab')).to.equal(other);
    expect(await logIn(issuers(), sim.issuer)).to.equal(ANNA);
  });

  it('gets the secret of its client only, and never in an address', async () => {
    expect(await logIn(issuers({ clientSecret: new Secret('wrong') }))).to.equal(
      'rejected: token endpoint: 401 invalid_client',
    );
    expect(await logIn(issuers())).to.equal(ANNA);
    const urls = sim.listener.requests.map(({ url }) => url).join(' ');
    expect(urls).to.not.contain(sim.clientSecret);
    expect(urls).to.not.contain(PROOFS.verifier);
  });

  it('is asked once for many who come at the same moment', async () => {
    const all = issuers();
    const seen = await Promise.all(Array.from({ length: 10 }, () => logIn(all)));
    expect(new Set(seen)).to.deep.equal(new Set([ANNA]));
    const asked = (path: RegExp) => sim.listener.requests.filter(({ url }) => path.test(url)).length;
    expect([asked(/well-known/), asked(/keys/)]).to.deep.equal([1, 1]);
  });

  it('that is not there is unavailable', async () => {
    const all = issuers();
    await sim.close();
    expect(await logIn(all)).to.equal('issuer_unavailable: ECONNREFUSED');
    sim = await startOidcIssuer([BACK]);
  });
});

describe('the role that an issuer gives', () => {
  const roleMap = { staff: 'engineer', root: 'admin', boss: 'architect' } as const;
  const role = (claims: Record<string, unknown>, roleClaim = 'groups') =>
    roleOfClaims({ roleClaim, roleMap, defaultRole: undefined }, claims);

  it('is the highest that its groups are mapped to, and none without', () => {
    expect(role({ groups: ['staff', 'boss', 'other'] })).to.equal('architect');
    expect(role({ groups: 'root' })).to.equal('admin');
    for (const groups of [
      undefined,
      null,
      [],
      ['other'],
      ['ROOT'],
      [['root']],
      { root: true },
      7,
      '__proto__',
    ])
      expect(role({ groups })).to.equal(undefined);
  });

  it('may be in a claim within another', () => {
    expect(role({ realm_access: { roles: ['root'] } }, 'realm_access.roles')).to.equal('admin');
    expect(role({ 'https://lab/roles': ['root'] }, 'https://lab/roles')).to.equal('admin');
    expect(role({ realm_access: 'root' }, 'realm_access.roles')).to.equal(undefined);
    expect(role({}, 'constructor.name')).to.equal(undefined);
  });
});
