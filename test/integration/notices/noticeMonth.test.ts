import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Credential } from '../../../src/domain/credentials/credential.js';
import type { TestCode } from '../../../src/domain/testing/testResult.js';
import { plainTextOf } from '../../support/services/mailServer.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { type NoticeWorld, type Receiver, startNoticeWorld } from '../../support/worlds/noticeWorld.js';
import { keepOutcome } from '../../support/worlds/testOutcome.js';
import { anEvent, store } from '../postgres/postgresSupport.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TICK = HOUR / 2;
const DAYS = 31;
const MANY = 200;
const policy = { expiryDays: [30, 14, 7, 1], unusedDays: 90 };

/** A whole month, half an hour after half an hour, over real servers that fail as the script has it. */
describe('a month of notices', function () {
  this.timeout(300_000);
  let world: NoticeWorld;
  let start: number;
  let robot: string;
  const ids = new Map<string, string>();
  const channels = new Map<string, string>();

  before(async () => {
    world = await startNoticeWorld();
    const { broker, admin, slack, teams, webhook } = world;
    await admin('POST', '/api/users', { username: 'ben', role: 'engineer' });
    const anna = await broker.person('anna', 'engineer');
    await admin('PATCH', '/api/users/anna', { email: 'anna@lab.example' });
    robot = (await broker.account(anna.token, 'robot')).principal;
    await admin('POST', '/api/teams', { name: 'red', members: [] });
    const make = async (name: string, body: object) => {
      channels.set(name, (await world.addChannel({ name, ...body })).id ?? '');
    };
    await make('ops', { kind: 'mail', to: ['ops@lab.example', 'oncall@lab.example'] });
    await make('slack', {
      kind: 'slack',
      url: 'https://hooks.slack.com/services/x',
      min_severity: 'critical',
    });
    // In universal time its quiet hours are 23:00 to 01:00.
    const quiet_hours = { from: '08:00', to: '10:00', timezone: 'Asia/Tokyo', let_through: 'critical' };
    await make('teams', { kind: 'teams', url: 'https://lab.webhook.office.com/x', team: 'red', quiet_hours });
    await make('hook', { kind: 'webhook', url: webhook.url, ca_pem: webhook.ca });
    for (const receiver of [slack, teams, webhook]) receiver.seen.length = 0;
    world.ports.addresses.seen({ principal: 'glassdome:7', role: 'engineer', email: 'seven@lab.example' });
    start = (Math.floor(world.now().getTime() / DAY) + 1) * DAY;
    world.setNow(new Date(start));
  });
  after(() => world.stop());

  const on = (day: number, hour = 0) => new Date(start + day * DAY + hour * HOUR);
  const idOf = (name: string) => ids.get(name) ?? '';

  async function keep(name: string, change: Partial<Credential>): Promise<void> {
    const at = world.now();
    const credential = aCredential({ name, createdAt: at, lastTestedAt: at, ...change });
    ids.set(name, credential.id);
    await store(world.ports as never, credential);
  }
  const change = (name: string, patch: Parameters<typeof update>[1]) => update(idOf(name), patch);
  const update = (id: string, patch: Partial<Credential>) =>
    world.ports.changes.run(async (tx) => {
      await tx.updateCredential(id, patch, 'local:anna', world.now());
      tx.audit(anEvent({ action: 'credential.update', credentialId: id }));
    });
  const tested = async (code: TestCode, ...names: string[]) => {
    for (const id of names.map(idOf)) await keepOutcome(world.ports, id, code);
  };
  async function answer(kind: string, name: string, what: string, body?: object): Promise<void> {
    const { items } = (await world.admin('GET', `/api/notifications?kind=${kind}&limit=200`)).body;
    const notice = items.find((n: { credential_id: string }) => n.credential_id === idOf(name));
    const done = await world.admin('POST', `/api/notifications/${notice?.id}/${what}`, body);
    expect(done.status, JSON.stringify(done.body)).to.equal(200);
  }
  const pause = async (paused: boolean) => {
    const path = `/api/notifications/channels/${channels.get('hook')}`;
    expect((await world.admin('PATCH', path, { paused })).status).to.equal(200);
  };
  const lab = Array.from({ length: MANY }, (_, n) => `Lab ${n}`);

  async function begin(): Promise<void> {
    await keep('Proxmox', { owner: 'local:anna', expiresAt: on(20) });
    await keep('HyperV', { owner: 'local:ben', expiresAt: on(10, 12) });
    await keep('OpenAI', { owner: 'glassdome:7' });
    await keep('AWS', { owner: robot, reminders: { unusedDays: 12 } });
    await keep('Grafana', { owner: 'local:anna', expiresAt: on(5), reminders: { muted: true } });
    await keep('Kubernetes', { owner: 'local:ben', nextRotationAt: on(9) });
    await world.ports.changes.run(async (tx) => {
      const grants = [
        { subjectKind: 'team' as const, subject: 'red', level: 'use' as const, expiresAt: null },
        { subjectKind: 'user' as const, subject: 'local:ben', level: 'read' as const, expiresAt: on(18) },
      ];
      await tx.replaceGrants(idOf('Proxmox'), grants, 'local:anna', world.now());
      tx.audit(anEvent({ action: 'grant.change', credentialId: idOf('Proxmox') }));
    });
  }

  /** What happens, each behind the tick before. */
  const script = (): [Date, () => unknown][] => [
    [on(0), begin],
    [on(1), () => answer('expiring', 'HyperV', 'acknowledge')],
    // The webhook's receiver is down for a day.
    [on(2, 6), () => setStatus(world.webhook, 503)],
    [on(2, 8), () => tested('expired', 'OpenAI')],
    [on(2, 20), () => tested('ok', 'OpenAI')],
    [on(3), () => tested('expired', 'Grafana')],
    [on(3, 6), () => setStatus(world.webhook, 200)],
    [on(6), () => setStatus(world.teams, 429)],
    [on(6, 3), () => setStatus(world.teams, 200)],
    // Slack takes the connection and breaks it.
    [on(10, 12), () => setFault(world.slack, 'reset')],
    [on(10, 18), () => setFault(world.slack, 'none')],
    [on(11), () => change('Kubernetes', { nextRotationAt: on(101) })],
    [on(11), () => answer('expired', 'HyperV', 'snooze', { until: on(20).toISOString() })],
    // Away for a quarter of an hour only.
    [on(12, 9.1), () => tested('unreachable', 'OpenAI')],
    [on(12, 9.3), () => tested('ok', 'OpenAI')],
    [on(13), () => setMailDown(true)],
    [on(13, 12), () => setMailDown(false)],
    [on(14, 3), () => tested('unreachable', 'OpenAI')],
    [on(15), () => change('Proxmox', { expiresAt: null })],
    [on(15, 3), () => tested('ok', 'OpenAI')],
    [on(16, 23.5), openByAdmin],
    [on(17), () => world.mail.refused.add('oncall@lab.example')],
    [on(17, 2), () => world.mail.refused.clear()],
    [on(22), storeLab],
    [on(22, 10), () => tested('expired', ...lab)],
    [on(22, 16), () => tested('ok', ...lab)],
    [on(24), () => pause(true)],
    [on(25), () => pause(false)],
  ];
  const storeLab = async () => {
    for (const name of lab) await keep(name, { owner: 'local:anna' });
  };
  const openByAdmin = () =>
    world.put({
      credentialId: idOf('Proxmox'),
      kind: 'break_glass',
      period: randomUUID(),
      recipient: 'local:anna',
      body: { credential: 'Proxmox', actor: 'local:admin', reason: 'night shift' },
    });
  function setStatus(receiver: Receiver, status: number): void {
    receiver.status = status;
  }
  function setFault(receiver: Receiver, fault: Receiver['fault']): void {
    receiver.fault = fault;
  }
  function setMailDown(down: boolean): void {
    world.mail.down = down;
  }

  /** Dates as days of the month, the order of what is as urgent as another as it may be. */
  function told(where: string, subject: string, lines: string[]): string {
    const text = lines.length > 0 && lines.length < 20 ? [...lines].sort().join(' + ') : `DIGEST ${subject}`;
    const at = world.now().getTime() - start;
    const day = String(Math.floor(at / DAY)).padStart(2, '0');
    const time = new Date(at).toISOString().slice(11, 16);
    const dated = text.replace(/\d{4}-\d\d-\d\d/g, (date) => `day ${(Date.parse(date) - start) / DAY}`);
    return `${day} ${time} ${where}: ${dated}`;
  }

  /** What arrived since the last look: what the receivers took, not what they were asked. */
  function arrived(): string[] {
    const lines: string[] = [];
    for (const mail of world.mail.caught.splice(0)) {
      const [subject = '', ...rest] = plainTextOf(mail).split('\r\n');
      const notices = rest.flatMap((line) => /^- \[\w+\] (.*)$/.exec(line)?.[1] ?? []);
      const to = mail.to.map((address) => address.replace('@lab.example', '')).join(' ');
      lines.push(told(`mail ${to}`, subject, notices));
    }
    const posts = (receiver: Receiver) => {
      const seen = receiver.seen.splice(0).map(({ body }) => JSON.parse(body));
      return receiver.status === 200 && receiver.fault === 'none' ? seen : [];
    };
    for (const { subject, notices } of posts(world.webhook))
      lines.push(
        told(
          'hook',
          subject,
          notices.map(({ text }: { text: string }) => text),
        ),
      );
    for (const { text } of posts(world.slack)) {
      const [subject, ...rest] = text.split('\n');
      lines.push(
        told(
          'slack',
          subject.replaceAll('*', ''),
          rest.map((l: string) => l.replace(/^:\w+: /, '')),
        ),
      );
    }
    for (const { attachments } of posts(world.teams)) {
      const [subject, ...rest] = attachments[0].content.body.map(
        (block: { inlines: { text: string }[] }) => block.inlines[0]?.text,
      );
      lines.push(told('teams', subject, rest));
    }
    return lines;
  }

  it('brings exactly what was to be told: nothing twice, nothing lost, what healed too', async () => {
    const pending = script();
    const seen: string[] = [];
    for (let at = start; at < start + DAYS * DAY; at += TICK) {
      while (pending[0] !== undefined && pending[0][0].getTime() <= at) {
        const [when, act] = pending.shift() as [Date, () => unknown];
        world.setNow(when);
        await act();
      }
      world.setNow(new Date(at));
      await world.look(policy);
      await world.tell();
      seen.push(...arrived());
    }
    expect(seen.sort()).to.deep.equal(expected().sort());
    const { items } = (await world.admin('GET', '/api/notifications/channels')).body;
    for (const channel of items) expect(channel).to.include({ pending: 0, dead: 0, last_code: null });
  });
});

/** Written from the script by hand, by what the product promises. */
function expected(): string[] {
  const all: string[] = [];
  const lines = (text: string, ...places: string[]) => {
    for (const place of places) all.push(`${place}: ${text}`);
  };
  const ops = 'mail ops oncall';
  const proxmox = (left: number) => `“Proxmox” expires on day 20 (${left} days left).`;
  const hyperv = '“HyperV” expires on day 10 (11 days left).';
  lines(`${hyperv} + ${proxmox(20)}`, `00 00:00 ${ops}`, '00 00:00 hook');
  lines(proxmox(20), '00 00:00 mail anna', '00 01:00 teams');
  lines('“Kubernetes” is due for rotation by day 9.', `02 00:00 ${ops}`, '02 00:00 hook');
  const refused = '“OpenAI” is refused by its service (expired); it is not tested again until it is fixed.';
  lines(refused, `02 08:00 ${ops}`, '02 08:00 slack', '02 08:00 mail seven');
  lines('“OpenAI” works again.', `02 20:00 ${ops}`, '02 20:00 mail seven');
  lines(`${refused} + “OpenAI” works again.`, '03 06:00 hook');
  lines(proxmox(14), `06 00:00 ${ops}`, '06 00:00 hook', '06 00:00 mail anna', '06 03:00 teams');
  lines('“Kubernetes” should have been rotated by day 9.', `09 00:00 ${ops}`, '09 00:00 hook');
  // Acknowledged at the first word of it, so nothing more before the end itself.
  lines('“HyperV” expired on day 10.', `10 12:00 ${ops}`, '10 12:00 hook', '10 18:00 slack');
  const right = 'The right of local:ben to read “Proxmox” ends on day 18';
  lines(
    `${right} (7 days left). + ${right} (7 days left).`,
    `11 00:00 ${ops}`,
    '11 00:00 hook',
    '11 01:00 teams',
  );
  lines(`${right} (7 days left).`, '11 00:00 mail anna');
  lines('“AWS” was not used for 12 days.', `12 00:00 ${ops}`, '12 00:00 hook', '12 00:00 mail anna');
  lines(proxmox(7), '13 00:00 hook', '13 01:00 teams', `13 12:00 ${ops}`, '13 12:00 mail anna');
  const away = 'The service of “OpenAI” can’t be reached (unreachable).';
  lines(away, `14 03:30 ${ops}`, '14 03:30 hook', '14 03:30 mail seven');
  lines('“OpenAI” works again.', `15 03:00 ${ops}`, '15 03:00 hook', '15 03:00 mail seven');
  const opened = 'local:admin used break-glass access on “Proxmox”: night shift';
  lines(opened, `16 23:30 ${ops}`, '16 23:30 hook', '16 23:30 slack', '16 23:30 teams', '16 23:30 mail anna');
  lines(
    `${right} (1 day left). + ${right} (1 day left).`,
    '17 00:00 mail ops',
    '17 02:00 mail oncall',
    '17 00:00 hook',
    '17 01:00 teams',
  );
  lines(`${right} (1 day left).`, '17 00:00 mail anna');
  // Put off over the week in which it would have come again.
  lines('“HyperV” expired on day 10.', `20 00:00 ${ops}`, '20 00:00 hook', '20 00:00 slack');
  const storm = `DIGEST [critical] ${MANY} notices about credentials, ${MANY} critical`;
  lines(storm, `22 10:00 ${ops}`, '22 10:00 hook', '22 10:00 slack', '22 10:00 mail anna');
  lines(
    `DIGEST [info] ${MANY} notices about credentials`,
    `22 16:00 ${ops}`,
    '22 16:00 hook',
    '22 16:00 mail anna',
  );
  lines('“AWS” was not used for 24 days.', `24 00:00 ${ops}`, '24 00:00 mail anna');
  lines('“HyperV” expired on day 10.', `24 12:00 ${ops}`, '24 12:00 slack');
  lines('“AWS” was not used for 24 days. + “HyperV” expired on day 10.', '25 00:00 hook');
  return all;
}
