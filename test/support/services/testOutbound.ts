import { createOutbound } from '../../../src/adapters/outbound/outbound.js';
import type { TlsChoice } from '../../../src/domain/testing/outbound.js';
import type { Outbound } from '../../../src/ports/testing.js';
import type { Simulator } from './simulator.js';

export const systemClock = { now: () => new Date() };

/** The real way out, with loopback allowed. */
export function loopbackOutbound(more: Partial<Parameters<typeof createOutbound>[0]> = {}): Outbound {
  return createOutbound({
    clock: systemClock,
    allowCidrs: ['127.0.0.0/8'],
    forbidden: async () => [],
    ...more,
  });
}

/**
 * The real way out for services with fixed names: what would go to one of `hosts` goes to the simulator, which sees
 * the name in the Host header. `trusted: false` leaves the simulator's authority unknown.
 */
export function redirected(
  outbound: Outbound,
  options: { hosts: readonly string[]; simulator: Simulator; trusted: boolean },
): Outbound {
  const { hosts, simulator, trusted } = options;
  const tls: TlsChoice = trusted ? { mode: 'custom_ca', caPem: simulator.ca } : { mode: 'system' };
  return {
    open(...asked) {
      const session = outbound.open(...asked);
      return {
        get contacted() {
          return session.contacted;
        },
        get turnedAway() {
          return session.turnedAway;
        },
        now: () => session.now(),
        close: () => session.close(),
        certificates: (url) => session.certificates(url),
        send: (request) => {
          if (!hosts.includes(request.url.hostname)) return session.send(request);
          const url = new URL(`${request.url.pathname}${request.url.search}`, simulator.url);
          const headers = { ...request.headers, host: request.url.host };
          return session.send({ ...request, url, headers, tls });
        },
      };
    },
  };
}
