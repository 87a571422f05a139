import type { Notifier } from '../../ports/notices.js';
import type { Clock } from '../../ports/runtime.js';
import type { Outbound } from '../../ports/testing.js';
import { eventRequest } from './eventWebhook.js';
import { createMailer, type SmtpOptions } from './mail.js';
import { neverPosted, type PostRequest, post } from './post.js';
import { slackRequest } from './slack.js';
import { teamsRequest } from './teams.js';
import { webhookRequest } from './webhook.js';

export interface NotifierOptions {
  outbound: Outbound;
  clock: Clock;
  /** Webhooks may be plain HTTP beyond loopback. */
  allowPlain?: boolean;
  /** Left out: no mail can be sent. */
  smtp?: SmtpOptions;
}

/** Sends messages to people: by mail, and by POST through the guarded outbound client. */
export function createNotifier({ outbound, clock, smtp, allowPlain = false }: NotifierOptions): Notifier {
  const mail = smtp === undefined ? undefined : createMailer(smtp);
  const way = { outbound, allowPlain };
  return {
    can: (kind) => kind !== 'mail' || mail !== undefined,
    never: ({ url }) => (url === undefined ? null : neverPosted(new URL(url.reveal()), way)),
    async send(kind, target, message) {
      const posted = async (request: PostRequest) => ({
        code: await post(way, target, request),
        refused: [],
      });
      switch (kind) {
        case 'mail':
          return mail === undefined ? { code: 'misconfigured', refused: [] } : mail(target.to ?? [], message);
        case 'slack':
          return posted(slackRequest(message));
        case 'teams':
          return posted(teamsRequest(message));
        case 'webhook':
          return posted(webhookRequest(target, message, clock.now()));
      }
    },
    sendEvents: (target, delivery) => post(way, target, eventRequest(target, delivery, clock.now())),
  };
}
