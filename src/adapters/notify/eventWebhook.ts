import type { EventDelivery } from '../../ports/eventFeed.js';
import type { ChannelTarget } from '../../ports/notices.js';
import type { PostRequest } from './post.js';
import { signedRequest } from './webhook.js';

/** What changed, in the form of the stream of events. Signed as notices are. */
export function eventRequest(target: ChannelTarget, delivery: EventDelivery, now: Date): PostRequest {
  const body = JSON.stringify({
    id: delivery.id,
    sent_at: now.toISOString(),
    reset: delivery.reset,
    events: delivery.events.map(({ seen, ...event }) => ({
      id: event.id,
      kind: event.kind,
      at: event.at.toISOString(),
      credential: {
        id: event.credentialId,
        name: seen?.name,
        service_type: seen?.serviceType,
        owner: seen?.owner,
      },
      ...event.details,
    })),
  });
  return signedRequest(target, { id: delivery.id, body, now });
}
