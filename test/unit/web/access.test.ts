import { expect } from 'chai';
import { type AccessFacts, accessReasons } from '../../../src/web/credentials/detail/access/accessReasons.js';
import { linesOf, withDays, without } from '../../../src/web/credentials/detail/activity/reminderLines.js';
import { percent } from '../../../src/web/credentials/detail/health/healthWords.js';
import { addressOf, rotateForm } from '../../../src/web/credentials/rotate/rotateFields.js';

type Facts = Partial<AccessFacts>;
type Kind = AccessFacts['grants'][number]['subject_kind'];

const grant = (kind: Kind, subject: string, level: 'use' | 'read' | 'manage', end: string | null = null) => ({
  subject_kind: kind,
  subject,
  level,
  expires_at: end,
});
const team = (name: string, ...members: string[]) => ({
  name,
  description: '',
  created_at: '',
  created_by: '',
  members: members.map((principal) => ({ principal, lead: false })),
});
const facts = (more: Facts = {}): AccessFacts => ({
  owner: 'local:anna',
  grants: [],
  teams: [],
  roleOf: () => 'engineer',
  now: Date.UTC(2027, 0, 1),
  ...more,
});

describe('Why somebody can read a credential', () => {
  it('names each way: ownership, their own grant, a team, a role', () => {
    expect(accessReasons('local:anna', facts())).to.deep.equal({
      verdict: 'anna can read it.',
      ways: ['They own it.'],
    });
    const grants = [
      grant('user', 'local:ben', 'use'),
      grant('team', 'red', 'read'),
      grant('role', 'architect', 'manage'),
    ];
    expect(accessReasons('local:ben', facts({ grants, teams: [team('red', 'local:ben')] }))).to.deep.equal({
      verdict: 'ben can read it.',
      ways: ['They have “use” directly.', 'They are in the team red, which has “read”.'],
    });
  });

  it('counts no grant that has ended, and says who may use but not read', () => {
    const grants = [
      grant('user', 'local:ben', 'read', '2026-12-31T00:00:00Z'),
      grant('role', 'engineer', 'use'),
    ];
    expect(accessReasons('local:ben', facts({ grants }))).to.deep.equal({
      verdict: 'ben can use it, but not read it.',
      ways: ['Everybody from the role engineer up has “use”.'],
    });
    expect(accessReasons('local:eve', facts({ grants: [] })).verdict).to.equal('eve can’t see it.');
  });

  it('knows that observers get no values, and that admins need a reason', () => {
    const grants = [grant('user', 'local:ben', 'read')];
    expect(accessReasons('local:ben', facts({ grants, roleOf: () => 'observer' })).verdict).to.contain(
      'an observer never gets values',
    );
    expect(accessReasons('local:carl', facts({ roleOf: () => 'admin' })).verdict).to.equal(
      'carl can read it only with a reason (break-glass).',
    );
  });

  it('says what it depends on where the role is not in sight', () => {
    const grants = [grant('role', 'engineer', 'read')];
    const { verdict, ways } = accessReasons('local:ben', facts({ grants, roleOf: () => undefined }));
    expect(verdict).to.equal('ben can read it, unless their role is observer.');
    expect(ways[0]).to.contain('It counts if their role is one of these.');
  });
});

describe('Reminders of one credential', () => {
  it('are added in their order and removed one by one; without any the settings of the broker count', () => {
    const choice = withDays(withDays(null, 7), 30);
    expect(linesOf(choice).map(({ text }) => text)).to.deep.equal([
      '30 days before the end',
      '7 days before the end',
    ]);
    const [first, second] = linesOf(choice);
    if (first === undefined || second === undefined) throw new Error('two lines');
    expect(without(choice, second)).to.deep.equal({ expiry_days: [30] });
    expect(without(without(choice, second), first)).to.equal(null);
    expect(without({ muted: true, unused_days: null }, { kind: 'muted', text: '' })).to.deep.equal({
      unused_days: null,
    });
  });
});

describe('The page of a credential', () => {
  it('never shows less than all as 100 %', () => {
    expect([1, 0.99996, 0.9925, 0, null].map(percent)).to.deep.equal([
      '100 %',
      '99.9 %',
      '99.2 %',
      '0.0 %',
      '–',
    ]);
  });

  it('asks in a rotation for the secrets and for the settings that name them', () => {
    const template = {
      service_type: 'aws' as const,
      required_fields: [
        { name: 'access_key_id', type: 'text', label: 'Access key ID' },
        { name: 'secret_access_key', type: 'password', label: 'Secret access key' },
        { name: 'region', type: 'text', label: 'Region' },
      ],
    };
    const credential = {
      settings: { access_key_id: 'AKIA1', region: 'eu-central-1' },
      secret_fields: ['secret_access_key'],
    } as unknown as Parameters<typeof rotateForm>[1];
    const names = rotateForm(template, credential).required_fields.map(({ name }) => name);
    expect(names).to.deep.equal(['secret_access_key', 'access_key_id']);
  });

  it('links to the service only where a browser can open it', () => {
    const of = (settings: Record<string, string>) => addressOf({ settings });
    expect(of({ host: 'pve.lab', port: '8006' })).to.equal('https://pve.lab:8006');
    expect(of({ base_url: 'https://g.lab/grafana' })).to.equal('https://g.lab/grafana');
    expect(of({ url: 'javascript:alert(1)' })).to.equal(null);
    expect(of({ region: 'eu' })).to.equal(null);
  });
});
