import type { Log } from '../../../ports/runtime.js';
import { Breaker } from './breaker.js';
import {
  type UnreachableReason,
  type VaultAnswer,
  type VaultClient,
  type VaultMethod,
  VaultUnreachable,
} from './client.js';
import { badAnswer, storeUnavailable } from './faults.js';
import { RetryBudget } from './retryBudget.js';
import type { Session } from './session.js';
import { HANDLING, judge, judgeSilence, type Verdict } from './statusMapping.js';
import { pause, type Timers } from './timers.js';

/** Verdicts that the caller of `ask` and `change` decides on; every other one is thrown as `store_unavailable`. */
const SETTLED = ['ok', 'cas_mismatch', 'refused', 'gone', 'missing'] as const;
type Settled = (typeof SETTLED)[number];

export interface VaultReply {
  verdict: Settled;
  answer: VaultAnswer;
}
/** With another caller's token a refusal is not our fault. */
export type CallerReply = VaultReply | { verdict: 'denied'; answer: VaultAnswer };
/** `unknown`: it may have been done or not; look before deciding. */
export type Changed = VaultReply | { verdict: 'unknown'; reason: string };

export interface AccessOptions {
  /** node-vault over our transport. */
  client: VaultClient;
  /** For GET: the transport without node-vault, which costs a tenth more a request there. */
  reads: VaultClient;
  session: Session;
  timers: Timers;
  log: Log;
  /** Name of the role, for the log. */
  role: string;
  /** Deadline of a call with its retries. Default 2,000 ms. */
  timeoutMs?: number;
}

interface Request {
  method: VaultMethod;
  path: string;
  body: object | undefined;
}
type Reply =
  | { verdict: Verdict; answer: VaultAnswer }
  | { verdict: Verdict; silence: UnreachableReason; maybeSent: boolean };

/**
 * Requests with our own login, as reliable as they can be made: deadline, bounded retries, one login for many
 * refusals, a breaker. Rejects with `BrokerError` only: `store_unavailable`, or `bad_store_answer` for garbage.
 */
export class VaultAccess {
  readonly #budget = new RetryBudget();
  readonly #breaker: Breaker;
  readonly #timeoutMs: number;

  constructor(private readonly options: AccessOptions) {
    this.#timeoutMs = options.timeoutMs ?? 2_000;
    this.#breaker = new Breaker({
      timers: options.timers,
      probe: () => this.#serves(),
      onChange: (state) => options.log.warn('vault_breaker', { role: options.role, state }),
    });
  }

  get isOpen(): boolean {
    return this.#breaker.isOpen;
  }

  /** Logs in. Where that fails the breaker is open, and its probes go on trying. */
  async start(): Promise<void> {
    if (!(await this.options.session.start())) this.#breaker.open();
  }

  async close(): Promise<void> {
    this.#breaker.stop();
    await this.options.session.close();
  }

  /** A request that may be repeated: a read, or a computation by transit. */
  async ask(method: VaultMethod, path: string, body?: object): Promise<VaultReply> {
    this.#refuseWhileOpen();
    this.#budget.call();
    const endsAtMs = this.options.timers.nowMs() + this.#timeoutMs;
    for (let attempt = 0; ; attempt += 1) {
      const reply = await this.#withLogin({ method, path, body }, endsAtMs);
      if (isSettled(reply)) return reply;
      const waitMs = this.#waitBeforeRetry(reply, attempt, endsAtMs);
      if (waitMs === null) throw this.#faultOf(reply, path);
      await pause(this.options.timers, waitMs);
    }
  }

  /**
   * A request that changes something: sent once, and reported as `unknown` when it is not known whether it was done.
   */
  async change(method: VaultMethod, path: string, body?: object): Promise<Changed> {
    this.#refuseWhileOpen();
    const reply = await this.#withLogin(
      { method, path, body },
      this.options.timers.nowMs() + this.#timeoutMs,
    );
    if (isSettled(reply)) return reply;
    const notApplied = 'silence' in reply ? !reply.maybeSent : HANDLING[reply.verdict].surelyNotApplied;
    if (notApplied) throw this.#faultOf(reply, path);
    return { verdict: 'unknown', reason: reasonOf(reply) };
  }

  /** One try with another token than ours, or none; a 401 or 403 is then an answer like others: `denied`. */
  async askAs(token: string | null, method: VaultMethod, path: string, body?: object): Promise<CallerReply> {
    this.#refuseWhileOpen();
    const reply = await this.#once(
      { method, path, body },
      token,
      this.options.timers.nowMs() + this.#timeoutMs,
    );
    if (isSettled(reply)) return reply;
    if (reply.verdict === 'denied' && 'answer' in reply) return { verdict: 'denied', answer: reply.answer };
    throw this.#faultOf(reply, path);
  }

  #refuseWhileOpen(): void {
    if (this.#breaker.isOpen) throw storeUnavailable('breaker open');
  }

  /** A refusal of our token is answered by one login for all who wait, and one more try. */
  async #withLogin(request: Request, endsAtMs: number): Promise<Reply> {
    const { session } = this.options;
    const token = session.token();
    if (token === null) return this.#afterLogin(request, null, endsAtMs);
    const reply = await this.#once(request, token, endsAtMs);
    return reply.verdict === 'denied' ? this.#afterLogin(request, token, endsAtMs, reply) : reply;
  }

  async #afterLogin(
    request: Request,
    refused: string | null,
    endsAtMs: number,
    reply?: Reply,
  ): Promise<Reply> {
    const { session, timers } = this.options;
    const tooLate = new Promise<false>((resolve) => {
      timers.after(endsAtMs - timers.nowMs(), () => resolve(false));
    });
    const replaced = await Promise.race([session.replace(refused), tooLate]);
    const token = session.token();
    if (replaced && token !== null) return this.#once(request, token, endsAtMs);
    if (token !== null && reply !== undefined) return reply;
    this.#breaker.open();
    throw storeUnavailable('not logged in');
  }

  async #once(request: Request, token: string | null, endsAtMs: number): Promise<Reply> {
    const { client, reads, timers } = this.options;
    const timeoutMs = Math.max(1, endsAtMs - timers.nowMs());
    const via = request.method === 'GET' ? reads : client;
    try {
      const answer = await via.request(request.method, request.path, request.body, { token, timeoutMs });
      const verdict = judge(answer);
      this.#note(verdict);
      return { verdict, answer };
    } catch (error) {
      if (!(error instanceof VaultUnreachable)) throw error;
      const verdict = judgeSilence(error.reason);
      this.#note(verdict);
      return { verdict, silence: error.reason, maybeSent: error.maybeSent };
    }
  }

  #note(verdict: Verdict): void {
    const { breaker } = HANDLING[verdict];
    if (breaker === 'opens') this.#breaker.open();
    else if (breaker === 'counts') this.#breaker.failed();
    else if (breaker === 'alive') this.#breaker.alive();
  }

  /** Full jitter, inside the deadline and the budget. Null: no more tries. */
  #waitBeforeRetry(reply: Reply, attempt: number, endsAtMs: number): number | null {
    if (attempt >= HANDLING[reply.verdict].retries || this.#breaker.isOpen) return null;
    const asked = 'answer' in reply ? (reply.answer.retryAfterSeconds ?? 0) * 1_000 : 0;
    const waitMs = asked + this.options.timers.random() * 50 * 2 ** attempt;
    const leftMs = endsAtMs - this.options.timers.nowMs() - waitMs;
    return leftMs < 50 || !this.#budget.take() ? null : waitMs;
  }

  #faultOf(reply: Reply, path: string): Error {
    const reason = reasonOf(reply);
    if (reply.verdict === 'denied' || reply.verdict === 'no_mount') {
      this.options.log.error('vault_policy_fault', {
        role: this.options.role,
        reason,
        path: path.split('?')[0],
      });
    }
    if ('silence' in reply && (reply.silence === 'garbage' || reply.silence === 'too_large'))
      return badAnswer(reason);
    return storeUnavailable(reason, 'answer' in reply ? reply.answer.retryAfterSeconds : undefined);
  }

  /** Not only healthy: it also answers what needs our token, and so its storage and its audit device. */
  async #serves(): Promise<boolean> {
    const path = 'sys/health?standbyok=true&perfstandbyok=true';
    const answer = await this.options.reads.request('GET', path, undefined, { token: null });
    return answer.status === 200 && (await this.options.session.verify());
  }
}

function isSettled(reply: Reply): reply is VaultReply {
  return (SETTLED as readonly Verdict[]).includes(reply.verdict);
}

function reasonOf(reply: Reply): string {
  return 'silence' in reply ? reply.silence : `${reply.verdict} ${reply.answer.status}`;
}
