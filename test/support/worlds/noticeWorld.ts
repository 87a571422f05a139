import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { createNotifier } from '../../../src/adapters/notify/notifier.js';
import type { NoticePolicy } from '../../../src/domain/notices/dueNotices.js';
import type { Notice } from '../../../src/ports/notices.js';
import type { Ports } from '../../../src/ports/ports.js';
import { auditEvent } from '../../../src/usecases/gate/auditEvent.js';
import { systemCall } from '../../../src/usecases/gate/systemCall.js';
import { grantAndCertificateReminders } from '../../../src/usecases/notices/grantAndCertificateReminders.js';
import { remind } from '../../../src/usecases/notices/remind.js';
import { handOverNotices, sendToChannel } from '../../../src/usecases/notices/sendNotices.js';
import { type Answer, type BrokerSystem, passwordOf, startBrokerSystem } from '../broker/brokerSystem.js';
import { type MailServer, startMailServer } from '../services/mailServer.js';
import { type Simulator, startSimulator } from '../services/simulator.js';
import { loopbackOutbound, redirected } from '../services/testOutbound.js';

/** One that takes what is posted, with a status that a test may change. */
export interface Receiver extends Simulator {
  status: number;
}

/** A broker whose clock is told, a mail server, and receivers for each kind of channel. */
export interface NoticeWorld {
  broker: BrokerSystem;
  ports: Ports;
  mail: MailServer;
  slack: Receiver;
  teams: Receiver;
  webhook: Receiver;
  now(): Date;
  setNow(now: Date): void;
  /** As the admin, logged in at the time that is told. */
  admin(method: string, path: string, body?: object): Promise<Answer>;
  addChannel(body: object): Promise<Record<string, string>>;
  put(...notices: Partial<Notice>[]): Promise<void>;
  /** What the worker does each minute to tell people. */
  tell(): Promise<void>;
  /** What it does before: looks what has to be told. */
  look(policy: NoticePolicy): Promise<void>;
  stop(): Promise<void>;
}

const TOKEN_LIVES_MS = 9 * 60_000;

async function startReceiver(body = 'ok'): Promise<Receiver> {
  const receiver: Receiver = Object.assign(
    await startSimulator({ answer: () => ({ status: receiver.status, body }) }),
    { status: 200 },
  );
  return receiver;
}

export async function startNoticeWorld(): Promise<NoticeWorld> {
  const broker = await startBrokerSystem();
  const mail = await startMailServer();
  const [slack, teams, webhook] = [await startReceiver(), await startReceiver(''), await startReceiver('')];
  let now = new Date();
  const { ports } = broker.system;
  // Every part asks this one clock.
  Object.assign(ports.clock, { now: () => now });
  const plain = redirected(loopbackOutbound(), {
    hosts: ['hooks.slack.com'],
    simulator: slack,
    trusted: true,
  });
  const outbound = redirected(plain, {
    hosts: ['lab.webhook.office.com'],
    simulator: teams,
    trusted: true,
  });
  const smtp = { host: '127.0.0.1', port: mail.port, tls: 'none' as const, from: 'broker@lab.example' };
  const notifier = createNotifier({ outbound, clock: ports.clock, smtp });
  Object.assign(ports, { notifier, testPace: { ...ports.testPace, chance: () => 0.5 } });

  let login = { at: now.getTime(), token: broker.admin.token };
  const admin: NoticeWorld['admin'] = async (method, path, body) => {
    // Tokens end by the clock that is told; log-ins are bounded by the real one.
    if (now.getTime() - login.at > TOKEN_LIVES_MS)
      login = { at: now.getTime(), token: (await broker.signIn('admin', passwordOf('admin'))).token };
    return broker.call(login.token, method, path, body);
  };
  return {
    broker,
    ports,
    mail,
    slack,
    teams,
    webhook,
    now: () => now,
    setNow: (moment) => {
      now = moment;
    },
    admin,
    async addChannel(body) {
      const named = { name: `to ${randomUUID()}`, ...body };
      const made = await admin('POST', '/api/notifications/channels', named);
      expect(made.status, JSON.stringify(made.body)).to.equal(201);
      return made.body;
    },
    put: (...notices) =>
      ports.changes.run(async (tx) => {
        for (const change of notices)
          await tx.notice({
            credentialId: null,
            kind: 'health_rejected',
            period: randomUUID(),
            recipient: 'local:nobody',
            body: { credential: 'Lab', code: 'expired', severity: 'critical' },
            ...change,
          });
        tx.audit(auditEvent(systemCall(), 'notice.create', 'allowed'));
      }),
    async tell() {
      await handOverNotices(ports);
      for (const id of await ports.outbox.dueChannels(now)) await sendToChannel(ports, id);
    },
    async look(policy) {
      await remind(ports, policy);
      await grantAndCertificateReminders(ports);
    },
    async stop() {
      for (const one of [slack, teams, webhook]) await one.close();
      await mail.close();
      await broker.stop();
    },
  };
}
