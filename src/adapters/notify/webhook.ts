import { createHmac } from 'node:crypto';
import type { Message } from '../../domain/notices/message.js';
import type { ChannelTarget } from '../../ports/notices.js';
import type { PostRequest } from './post.js';
import { webhookTook } from './receiverAnswers.js';

/**
 * JSON, signed; of many notices the counts and the most urgent ones: `X-Glassdome-Signature` is `sha256=` and the hex HMAC-SHA-256 of `<timestamp>.<body>`, the timestamp in
 * seconds since 1970 in `X-Glassdome-Timestamp`. A receiver refuses timestamps that are old, and deliveries it has had.
 */
export function webhookRequest(target: ChannelTarget, message: Message, now: Date): PostRequest {
  const body = JSON.stringify({
    id: message.id,
    sent_at: now.toISOString(),
    severity: message.severity,
    subject: message.subject,
    total: message.total,
    counts: message.counts,
    notices: message.notices.map(({ notice, text }) => ({
      id: notice.id,
      kind: notice.kind,
      severity: notice.severity,
      credential_id: notice.credentialId,
      recipient: notice.recipient,
      created_at: notice.createdAt.toISOString(),
      text,
      facts: notice.body,
    })),
  });
  return signedRequest(target, { id: message.id, body, now });
}

/** A body that goes to a webhook, signed with the secret of its channel. */
export function signedRequest(
  target: ChannelTarget,
  { id, body, now }: { id: string; body: string; now: Date },
): PostRequest {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const key = target.signingSecret?.reveal() ?? '';
  const signature = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
  return {
    body,
    took: webhookTook,
    headers: {
      'x-glassdome-delivery': id,
      'x-glassdome-timestamp': timestamp,
      'x-glassdome-signature': `sha256=${signature}`,
    },
  };
}
