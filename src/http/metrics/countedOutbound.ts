import { BrokerError } from '../../domain/errors.js';
import type { AddressBudget } from '../../domain/limits/addressBudget.js';
import type { Clock } from '../../ports/runtime.js';
import type { Outbound, OutboundSession } from '../../ports/testing.js';

/**
 * The outbound client for one caller, who may contact only a limited number of different addresses an hour. Rejects
 * with `rate_limited`.
 */
export function countedOutbound(
  { outbound, clock }: { outbound: Outbound; clock: Clock },
  budget: AddressBudget,
  caller: string,
): Outbound {
  const admit = (url: URL): void => {
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    const leftMs = budget.admit(caller, `${url.hostname}:${port}`, clock.now().getTime());
    if (leftMs === null) return;
    throw new BrokerError('rate_limited', {
      detail:
        'Too many different addresses were tested within an hour. Wait, or ask an administrator to raise TESTED_ADDRESSES_PER_HOUR.',
      retryAfterSeconds: Math.ceil(leftMs / 1000),
    });
  };
  return {
    open: (...asked) => counted(outbound.open(...asked), admit),
  };
}

function counted(session: OutboundSession, admit: (url: URL) => void): OutboundSession {
  return {
    get contacted() {
      return session.contacted;
    },
    get turnedAway() {
      return session.turnedAway;
    },
    now: () => session.now(),
    close: () => session.close(),
    async certificates(url) {
      admit(url);
      return session.certificates(url);
    },
    async send(request) {
      admit(request.url);
      return session.send(request);
    },
  };
}
