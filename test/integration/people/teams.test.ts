import { expect } from 'chai';
import pg from 'pg';
import { type Answer, type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { eventually } from '../../support/eventually.js';

const LEAD = { principal: 'local:anna', lead: true };
const MALLORY = { principal: 'glassdome:666', lead: false };
const CAROL = { principal: 'glassdome:7', lead: false };
const ADMIN = { principal: 'local:admin', lead: false };

/** Who is in a team, where several change that at once. */
describe('teams', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let other: pg.Client;
  let watch: pg.Client;
  let count = 0;
  let team = '';

  const as = (method: string, path: string, body?: object, headers = {}) =>
    broker.call(broker.admin.token, method, `/api/teams${path}`, body, headers);
  const membersOf = async () =>
    (await as('GET', '')).body.items.find(({ name }: { name: string }) => name === team)?.members;

  /** What the call answers that comes while another change of the team is on its way to its commit. */
  async function during(sql: string, act: () => Promise<Answer>): Promise<Answer> {
    await other.query('begin');
    await other.query('select from broker.teams where name = $1 for update', [team]);
    await other.query(sql);
    const answer = act();
    await eventually('the call waits', async () => {
      const text = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      return (await watch.query(text)).rowCount === 1 ? true : undefined;
    });
    await other.query('commit');
    return answer;
  }
  const gone = ({ principal }: { principal: string }) =>
    `delete from broker.team_members where team = '${team}' and principal = '${principal}'`;

  before(async () => {
    broker = await startBrokerSystem();
    await broker.person('anna', 'architect');
    [other, watch] = [1, 2].map(() => new pg.Client({ connectionString: broker.database.ownerUrl })) as [
      pg.Client,
      pg.Client,
    ];
    for (const client of [other, watch]) await client.connect();
  });
  after(async () => {
    for (const client of [other, watch]) await client.end();
    await broker.stop();
  });
  beforeEach(async () => {
    count += 1;
    team = `red-${count}`;
    const made = await as('POST', '', { name: team, members: [LEAD, MALLORY] });
    expect(made.status).to.equal(201);
  });

  it('never take back whom somebody removed a moment ago', async () => {
    const members = [LEAD, MALLORY, CAROL];
    const { status, body } = await during(gone(MALLORY), () => as('PUT', `/${team}/members`, { members }));
    expect([status, body.code]).to.deep.equal([409, 'conflict']);
    expect(body.detail).to.contain('this team');
    expect(await membersOf()).to.deep.equal([LEAD]);
  });

  it('gain one and lose one at once', async () => {
    const { status, body } = await during(gone(MALLORY), () => as('POST', `/${team}/members`, CAROL));
    expect([status, body.members]).to.deep.equal([200, [LEAD, CAROL]]);
    expect(await membersOf()).to.have.deep.members([LEAD, CAROL]);
    const joined = `insert into broker.team_members (team, principal, lead, added_by, added_at)
                    values ('${team}', '${MALLORY.principal}', false, 'local:anna', now())`;
    const path = `/${team}/members/${encodeURIComponent(CAROL.principal)}`;
    const left = await during(joined, () => as('DELETE', path));
    expect([left.status, await membersOf()]).to.deep.equal([200, [MALLORY, LEAD]]);
  });

  it('let an admin who was removed meanwhile join only with a reason', async () => {
    const why = { 'x-break-glass-reason': 'a drill' };
    expect((await as('POST', `/${team}/members`, ADMIN)).body.code).to.equal('reason_required');
    expect((await as('POST', `/${team}/members`, ADMIN, why)).status).to.equal(200);
    const led = { ...ADMIN, lead: true };
    const { status } = await during(gone(ADMIN), () => as('POST', `/${team}/members`, led));
    expect([status, await membersOf()]).to.deep.equal([409, [MALLORY, LEAD]]);
  });

  it('are not removed by who saw others in them', async () => {
    const { status } = await during(gone(MALLORY), () => as('DELETE', `/${team}`));
    expect([status, await membersOf()]).to.deep.equal([409, [LEAD]]);
    expect((await as('DELETE', `/${team}`)).status).to.equal(204);
  });

  it('keep who leads unless that is said, and know whom they can gain or lose', async () => {
    const post = (body: object) => as('POST', `/${team}/members`, body);
    expect((await post({ principal: LEAD.principal })).body.members).to.deep.equal([MALLORY, LEAD]);
    expect((await post({ ...LEAD, lead: false })).body.members).to.deep.include({ ...LEAD, lead: false });
    const stranger = await post({ principal: 'local:nobody' });
    expect([stranger.status, stranger.body.fields[0].field]).to.deep.equal([400, 'principal']);
    const unknown = await as('DELETE', `/${team}/members/local:nobody`);
    expect([unknown.status, unknown.body.code]).to.deep.equal([404, 'not_found']);
    const many = Array.from({ length: 500 }, (_, n) => ({ principal: `glassdome:${n + 1000}` }));
    expect((await as('PUT', `/${team}/members`, { members: many })).status).to.equal(200);
    const more = await post(CAROL);
    expect([more.status, more.body.fields[0].field]).to.deep.equal([400, 'principal']);
    expect(more.body.detail).to.contain('500');
  });

  it('take their channels with them, which the next team of the name does not get', async () => {
    const admin = (method: string, path: string, body?: object) =>
      broker.call(broker.admin.token, method, path, body);
    const hook = (name: string, more: object) =>
      admin('POST', '/api/notifications/channels', {
        name,
        kind: 'webhook',
        url: 'https://hooks.example.org/x',
        ...more,
      });
    const made = [
      await hook(`of ${team}`, { team }),
      await hook(`quiet of ${team}`, { team, kinds: ['expiring'] }),
    ];
    const kept = await hook(`beside ${team}`, {});
    expect([...made, kept].map(({ status }) => status)).to.deep.equal([201, 201, 201]);
    const channels = [...made, kept].map(({ body }) => body.id);
    const weekly = { name: `weekly ${team}`, expression: '0 6 * * 1', channels };
    const schedule = await admin('POST', '/api/reports/schedules', weekly);
    expect(schedule.status, JSON.stringify(schedule.body)).to.equal(201);
    expect((await as('DELETE', `/${team}`)).status).to.equal(204);
    expect((await as('POST', '', { name: team, members: [LEAD] })).status).to.equal(201);
    const names = (await admin('GET', '/api/notifications/channels')).body.items.map(
      (c: { name: string }) => c.name,
    );
    expect(names)
      .to.include(`beside ${team}`)
      .and.not.include(`of ${team}`)
      .and.not.include(`quiet of ${team}`);
    const left = await admin('GET', `/api/reports/schedules/${schedule.body.id}`);
    expect(left.body.channels).to.deep.equal([kept.body.id]);
    const [row] = (await admin('GET', '/api/audit?action=team.delete&limit=1')).body.items;
    expect(row.details.channels.sort()).to.deep.equal([`of ${team}`, `quiet of ${team}`]);
    const late = await hook(`late ${team}`, { team: 'no-such-team' });
    expect(late.body.fields?.[0]?.field).to.equal('team');
  });

  it('leave no event of what was granted to them for members of the next team of the name', async () => {
    const anna = (method: string, path: string, body?: object) => broker.call(annaToken, method, path, body);
    const annaToken = (await broker.signIn('anna', 'long-enough-anna')).token;
    const body = { name: `event ${team}`, service_type: 'other', fields: { value: 'v' } };
    const { id } = (await anna('POST', '/api/credentials', body)).body;
    const grants = [{ subject_kind: 'team', subject: team, level: 'read' }];
    expect((await anna('PUT', `/api/credentials/${id}/grants`, { grants })).status).to.equal(200);
    const heard = async () =>
      (await watch.query(`select 1 from broker.events where credential_id = $1 and subject = $2`, [id, team]))
        .rowCount;
    expect(await heard()).to.be.greaterThan(0);
    expect((await as('DELETE', `/${team}`)).status).to.equal(204);
    expect(await heard()).to.equal(0);
  });

  it('are given nothing while they are removed: the next team of the name would have it', async () => {
    const { token } = broker.admin;
    const field = { service_type: 'other', fields: { value: 'x' } };
    const { id } = (await broker.call(token, 'POST', '/api/credentials', { ...field, name: `of ${team}` }))
      .body;
    const grants = [{ subject_kind: 'team', subject: team, level: 'read' }];
    const one = `/api/credentials/${id}/grants`;
    const acts = [
      () => broker.call(token, 'PUT', one, { grants }),
      () => {
        const body = { ...field, name: `made for ${team}`, accessible_by: [team] };
        return broker.call(token, 'POST', '/api/credentials', body);
      },
      () =>
        broker.call(token, 'POST', '/api/imports/env', {
          content: 'OPENAI_API_KEY=sk-1234567890',
          dry_run: false,
          grant_to: [`team:${team}`],
        }),
    ];
    for (const act of acts) {
      const answer = await during(`delete from broker.teams where name = '${team}'`, act);
      expect(answer.status, JSON.stringify(answer.body)).to.be.oneOf([200, 409]);
      const left = await watch.query('select 1 from broker.grants where subject = $1', [team]);
      expect(left.rowCount).to.equal(0);
      await as('POST', '', { name: team, members: [LEAD] });
    }
  });
});
