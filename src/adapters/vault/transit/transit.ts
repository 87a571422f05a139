import { badAnswer } from '../connection/faults.js';
import { safeMount } from '../connection/paths.js';
import type { VaultAccess } from '../connection/vaultApi.js';

/** One transit mount: computations with keys that never leave Vault. All of them may be repeated. */
export class Transit {
  readonly #mount: string;

  constructor(
    private readonly access: VaultAccess,
    mount: string,
  ) {
    this.#mount = safeMount(mount);
  }

  /** One text of the answer, e.g. `hmac`. Rejects with `bad_store_answer` when it is not there. */
  async compute(operation: string, body: object, member: string): Promise<string> {
    const reply = await this.access.ask('POST', `${this.#mount}/${operation}`, body);
    const value: unknown = reply.answer.body?.data?.[member];
    if (reply.verdict !== 'ok' || typeof value !== 'string') throw badAnswer(`transit ${reply.verdict}`);
    return value;
  }

  /** False also for a signature or HMAC that is malformed or of a key version that is no longer accepted. */
  async verify(operation: string, body: object): Promise<boolean> {
    const reply = await this.access.ask('POST', `${this.#mount}/${operation}`, body);
    if (reply.verdict === 'refused') return false;
    if (reply.verdict !== 'ok') throw badAnswer(`transit ${reply.verdict}`);
    return reply.answer.body?.data?.valid === true;
  }

  /** The same for many in one request, in the order given. Null where Vault refuses all of it. */
  async computeAll(operation: string, body: object, member: string): Promise<unknown[] | null> {
    const reply = await this.access.ask('POST', `${this.#mount}/${operation}`, body);
    if (reply.verdict === 'refused') return null;
    const results: unknown = reply.answer.body?.data?.batch_results;
    if (reply.verdict !== 'ok' || !Array.isArray(results)) throw badAnswer(`transit ${reply.verdict}`);
    return results.map((result: Record<string, unknown>) => result[member]);
  }

  /** The same for many in one request; their verdicts in the order given. */
  async verifyAll(operation: string, batch: readonly object[]): Promise<boolean[]> {
    const reply = await this.access.ask('POST', `${this.#mount}/${operation}`, { batch_input: batch });
    const results: unknown = reply.answer.body?.data?.batch_results;
    if (reply.verdict !== 'ok' || !Array.isArray(results) || results.length !== batch.length)
      throw badAnswer(`transit ${reply.verdict}`);
    return results.map((result: { valid?: unknown }) => result.valid === true);
  }

  /** What Vault returns about a key. */
  // biome-ignore lint/suspicious/noExplicitAny: looked at field by field
  async key(name: string): Promise<any> {
    const reply = await this.access.ask('GET', `${this.#mount}/keys/${name}`);
    if (reply.verdict !== 'ok') throw badAnswer(`transit key ${reply.verdict}`);
    return reply.answer.body?.data;
  }
}

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
