import { expect } from 'chai';
import {
  type ReachingGrant,
  selectionClaim,
  sinceLabelled,
  uncovered,
  variableClaim,
} from '../../../src/domain/access/claims.js';
import { type Preference, planVariables } from '../../../src/domain/environment/variablePlan.js';
import type { Candidate } from '../../../src/ports/reading.js';
import { aCredential } from '../../support/worlds/aCredential.js';

const me = { principal: 'local:me', keeper: null };
const NONE = { envAdded: {}, activeSince: 0, labelsAdded: {}, renamedAt: 0, mates: [] };

const grant = (part: Partial<ReachingGrant>): ReachingGrant => ({
  id: 'g',
  subjectKind: 'team',
  subject: 'red',
  level: 'read',
  givenBy: 'local:anna',
  giverRole: 'engineer',
  confirmed: true,
  since: 0,
  joinedAt: 0,
  accepted: null,
  ...part,
});

/** A credential that fills these variables; `since`: shared with a team then; without it, one's own. */
function holds(name: string, variables: string[], since?: number, part: object = {}): Candidate {
  const envNames = Object.fromEntries(variables.map((variable) => [variable, variable.toLowerCase()]));
  const credential = aCredential({
    name,
    envNames,
    owner: since === undefined ? 'local:me' : 'local:anna',
    ...part,
  });
  const isOwner = since === undefined;
  const grants = since === undefined ? [] : [grant({ since })];
  return {
    credential,
    calledName: name,
    heldBack: [],
    isOwner,
    level: isOwner ? null : 'read',
    grants,
    history: NONE,
  };
}

function plan(candidates: Candidate[], preferences: Preference[] = []) {
  const { served, conflicts } = planVariables(candidates, me, preferences);
  return {
    served: Object.fromEntries([...served].map(([variable, c]) => [variable, c.credential.name])),
    conflicts: conflicts.map((c) => [c.variable, c.serves?.credential.name ?? null, c.because]),
  };
}
/** With names that a mate of the receiver added later. */
const later = (of: Candidate, envAdded: Candidate['history']['envAdded']): Candidate => ({
  ...of,
  history: { ...of.history, envAdded, mates: ['local:anna'] },
});

describe('which credential fills a variable', () => {
  it('is the one that was there first, whatever its label says', () => {
    const first = holds('first', ['APP_URL', 'APP_TOKEN'], 10);
    const second = holds('second', ['APP_URL'], 20, { labels: { default: 'true' } });
    expect(plan([second, first])).to.deep.equal({
      served: { APP_URL: 'first', APP_TOKEN: 'first' },
      conflicts: [['APP_URL', 'first', null]],
    });
  });

  it('is the same for who joins the team late', () => {
    const late = (of: Candidate): Candidate => ({
      ...of,
      grants: [{ ...of.grants[0], joinedAt: 50 } as ReachingGrant],
    });
    const first = late(holds('first', ['APP_URL', 'APP_TOKEN'], 10));
    const second = late(holds('second', ['APP_URL'], 20));
    expect(plan([second, first]).served).to.deep.equal({ APP_URL: 'first', APP_TOKEN: 'first' });
  });

  it('never mixes an address of one with the secret of another', () => {
    const address = holds('address', ['APP_URL'], 10);
    const both = holds('both', ['APP_URL', 'APP_TOKEN'], 20);
    expect(plan([address, both]).served).to.deep.equal({ APP_URL: 'address' });
    expect(plan([address, both]).conflicts).to.deep.equal([
      ['APP_TOKEN', null, 'APP_URL'],
      ['APP_URL', 'address', null],
    ]);
    // Nor through a third one.
    const token = holds('token', ['APP_TOKEN'], 5);
    expect(plan([address, both, token]).served).to.deep.equal({ APP_URL: 'address', APP_TOKEN: 'token' });
  });

  it('keeps what was served when its credential gets a name that another one fills', () => {
    const address = holds('address', ['APP_URL'], 10);
    const grown = later(holds('grown', ['GIT_KEY', 'APP_URL', 'APP_TOKEN'], 5), {
      APP_URL: { at: 30, by: 'local:anna' },
      APP_TOKEN: { at: 40, by: 'local:anna' },
    });
    expect(plan([address, grown]).served).to.deep.equal({ APP_URL: 'address', GIT_KEY: 'grown' });
  });

  it('is the own one at once, which takes all of another that it touches', () => {
    const team = later(holds('team', ['APP_TOKEN', 'APP_URL'], 5), { APP_URL: { at: 9, by: 'local:anna' } });
    const own = holds('own', ['APP_URL']);
    expect(plan([team, own]).served).to.deep.equal({ APP_URL: 'own' });
  });

  it('may be one of several where free-form secrets have nothing to do with each other', () => {
    const other = { serviceType: 'other', settings: {} } as const;
    const bag = (names: string[]) => holds('bag', names, 5, other);
    const own = holds('own', ['GITHUB_TOKEN'], undefined, other);
    const kept = { GITHUB_TOKEN: 'own', STRIPE_KEY: 'bag' };
    expect(plan([bag(['STRIPE_KEY', 'GITHUB_TOKEN']), own]).served).to.deep.equal(kept);
    for (const names of [
      ['STRIPE_URL', 'GITHUB_TOKEN'],
      ['GITHUB_USER', 'GITHUB_TOKEN'],
      ['DB_HOST', 'GITHUB_TOKEN'],
      ['REDIS_DSN', 'GITHUB_TOKEN'],
    ])
      expect([names, plan([bag(names), own]).served]).to.deep.equal([names, { GITHUB_TOKEN: 'own' }]);
    const withSetting = holds('bag', ['STRIPE_KEY', 'GITHUB_TOKEN'], 5, {
      ...other,
      settings: { stripe_key: 'shown' },
    });
    expect(plan([withSetting, own]).served).to.deep.equal({ GITHUB_TOKEN: 'own' });
  });

  it('is one whatever the case: programs that read settings often ignore it', () => {
    const first = holds('first', ['CELERY_BROKER_URL', 'celery_broker_url'], 10);
    const second = holds('second', ['celery_broker_url', 'Celery_Key'], 20);
    expect(plan([second, first]).served).to.deep.equal({
      CELERY_BROKER_URL: 'first',
      celery_broker_url: 'first',
    });
  });

  it('is none of equals: of two own ones, unless one is labelled default=true, and of claims of the same moment', () => {
    const own = (name: string, part: object = {}) => holds(name, ['APP_KEY'], undefined, part);
    expect(plan([own('a'), own('b')])).to.deep.equal({ served: {}, conflicts: [['APP_KEY', null, null]] });
    const marked = own('b', { labels: { default: 'true' } });
    expect(plan([own('a'), marked])).to.deep.equal({ served: { APP_KEY: 'b' }, conflicts: [] });
    const same = [holds('a', ['APP_KEY'], 5), holds('b', ['APP_KEY'], 5), holds('c', ['APP_KEY'], 6)];
    expect(plan(same).served).to.deep.equal({});
  });

  it('is the preferred one with all that belongs to it; the newest preference wins', () => {
    const first = holds('first', ['APP_URL', 'APP_TOKEN'], 10);
    const second = holds('second', ['APP_URL', 'APP_TOKEN'], 20);
    const prefer = (c: Candidate, name: string, setAt: number): Preference => ({
      kind: 'variable',
      name,
      credentialId: c.credential.id,
      setAt,
    });
    const all = (name: string) => ({ served: { APP_URL: name, APP_TOKEN: name }, conflicts: [] });
    expect(plan([first, second], [prefer(second, 'APP_TOKEN', 1)])).to.deep.equal(all('second'));
    const both = [prefer(second, 'APP_TOKEN', 1), prefer(first, 'APP_URL', 2)];
    expect(plan([first, second], both)).to.deep.equal(all('first'));
    expect(plan([first, second], [prefer(second, 'OTHER', 1)]).served).to.deep.equal(all('first').served);
  });

  it('is, where labels choose, the one that had all of them first; other labels do not matter', () => {
    const at = (moment: number) => ({ at: moment, by: 'local:anna' });
    const labelled = (of: Candidate, labelsAdded: Candidate['history']['labelsAdded']): Candidate => ({
      ...of,
      history: { ...of.history, labelsAdded },
    });
    const [first, second] = [holds('first', ['APP_KEY'], 10), holds('second', ['APP_KEY'], 20)];
    const served = (a: Candidate, labels: Record<string, string>) =>
      plan([second, a].map((of) => sinceLabelled(of, labels))).served['APP_KEY'];
    const relabelled = labelled(first, { env: at(30), team: at(15), constructor: at(16) });
    expect(served(relabelled, {})).to.equal('first');
    expect(served(relabelled, { team: 'x' })).to.equal('first');
    expect(served(relabelled, { env: 'prod' })).to.equal('second');
    expect(served(relabelled, { team: 'x', env: 'prod' })).to.equal('second');
    expect(served(first, { constructor: 'x', toString: 'y' })).to.equal('first');
    const named = selectionClaim(sinceLabelled(relabelled, { env: 'prod' }), 0);
    expect(named).to.deep.include({ since: 30, made: 30 });
    expect(selectionClaim(sinceLabelled(relabelled, { team: 'x' }), 25)?.since).to.equal(25);
  });

  it('fills the variables of an accepted offer that were shown, and not those that others name later', () => {
    const offer = grant({
      subjectKind: 'user',
      confirmed: false,
      accepted: { since: 7, variables: { A: 7 } },
    });
    const of = {
      isOwner: false,
      grants: [offer],
      history: { ...NONE, envAdded: { B: { at: 9, by: 'local:anna' } } },
    };
    expect(variableClaim(of, me, 'A')).to.deep.equal({ rank: 1, since: 7, made: 7 });
    expect(variableClaim(of, me, 'B')).to.equal(null);
    expect(uncovered(offer, of.history, me, ['A', 'B'])).to.deep.equal(['B']);
    const byMe = { ...of, history: { ...NONE, envAdded: { B: { at: 9, by: me.principal } } } };
    expect(variableClaim(byMe, me, 'B')).to.deep.equal({ rank: 1, since: 9, made: 9 });
    const raised = { ...of, grants: [{ ...offer, level: 'use' as const }] };
    expect(variableClaim(raised, me, 'A')).to.equal(null);
  });

  it('takes names by who the author was when they named them, not by who they are now', () => {
    const claim = (given: Partial<ReachingGrant>, added: object, mates: string[] = []) => {
      const envAdded = { B: { at: 9, by: 'local:anna', ...added } };
      const of = { isOwner: false, grants: [grant(given)], history: { ...NONE, envAdded, mates } };
      return variableClaim(of, me, 'B') !== null;
    };
    expect(claim({}, { teams: ['red'] }), 'a member who left since').to.equal(true);
    expect(claim({}, { teams: [] }), 'a member who had left').to.equal(false);
    expect(claim({}, { teams: ['blue'] }), 'a member of another team').to.equal(false);
    expect(claim({}, { teams: [] }, ['local:anna'])).to.equal(true);
    for (const given of [
      { giverRole: 'admin' },
      { giverRole: 'admin', subjectKind: 'role' },
      { giverRole: 'admin', subjectKind: 'service_account' },
    ] as const) {
      expect(claim(given, { admin: true, teams: [] })).to.equal(true);
      expect(claim(given, { admin: null }), 'not known').to.equal(true);
      expect(claim(given, { admin: false, teams: [] }), 'an admin no more').to.equal(false);
      expect(claim(given, { admin: true, by: 'local:ben' }), 'somebody else').to.equal(false);
    }
  });

  it('needs a new yes after the receiver left the team and came back by somebody else', () => {
    const accepted = { since: 7, variables: { A: 7 } };
    const of = (joinedAt: number) => ({
      isOwner: false,
      grants: [grant({ confirmed: false, accepted, joinedAt })],
      history: NONE,
    });
    expect(variableClaim(of(5), me, 'A')).to.deep.equal({ rank: 1, since: 7, made: 7 });
    expect(variableClaim(of(8), me, 'A')).to.equal(null);
  });
});
