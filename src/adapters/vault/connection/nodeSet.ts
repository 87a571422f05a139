import { type VaultAnswer, VaultUnreachable } from './client.js';
import type { TransportRequest } from './exchange.js';
import { HANDLING, judge, judgeSilence } from './statusMapping.js';
import type { Transport } from './transport.js';

/**
 * Several nodes of one Vault cluster as one transport: stays with the node that works, and goes to the next one when
 * a node can't serve. A request moves to another node automatically only if it is known that nothing was done yet.
 * Redirects are not followed: the configured nodes are all there are, so no token goes elsewhere.
 */
export function createNodeSet(transports: readonly Transport[], timeoutMs = 2_000): Transport {
  const [first] = transports;
  if (first === undefined) throw new TypeError('at least one Vault address is needed');
  if (transports.length === 1) return first;
  const set = new NodeSet(transports, timeoutMs);
  return {
    address: first.address,
    send: (request) => set.send(request),
    close: async () => {
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };
}

class NodeSet {
  #current = 0;

  constructor(
    private readonly transports: readonly Transport[],
    private readonly timeoutMs: number,
  ) {}

  async send(request: TransportRequest): Promise<VaultAnswer> {
    const endsAt = performance.now() + (request.timeoutMs ?? this.timeoutMs);
    for (let tried = 1; ; tried += 1) {
      const index = this.#current;
      const last = tried === this.transports.length;
      const timeoutMs = Math.max(1, endsAt - performance.now());
      const outcome = await this.#try(index, { ...request, timeoutMs });
      if (!outcome.unfit) return outcome.settle();
      this.#leave(index);
      if (last || !outcome.untouched || performance.now() >= endsAt) return outcome.settle();
    }
  }

  /** Moves to the next node, unless another request did so meanwhile. */
  #leave(index: number): void {
    if (this.#current === index) this.#current = (index + 1) % this.transports.length;
  }

  async #try(index: number, request: TransportRequest): Promise<Outcome> {
    const transport = this.transports[index];
    if (transport === undefined) throw new RangeError('no such node');
    try {
      const answer = await transport.send(request);
      const { breaker } = HANDLING[judge(answer)];
      return {
        unfit: breaker === 'opens' || breaker === 'counts',
        untouched: breaker === 'opens',
        settle: () => answer,
      };
    } catch (error) {
      if (!(error instanceof VaultUnreachable) || error.reason === 'aborted') throw error;
      const untouched = !error.maybeSent || judgeSilence(error.reason) === 'down';
      return {
        unfit: true,
        untouched,
        settle: () => {
          throw error;
        },
      };
    }
  }
}

interface Outcome {
  /** The node did not serve; the next request goes to another one. */
  unfit: boolean;
  /** Nothing was done, so the same request may go to another one. */
  untouched: boolean;
  settle(): VaultAnswer;
}
