import type { FieldValues } from '../domain/fields.js';
import type { OutboundAnswer, OutboundRequest, Probe } from '../domain/outbound.js';
import type { Finding, TestWarning } from '../domain/testResult.js';
import { connectionWarnings } from '../domain/tlsWarnings.js';
import type { OutboundSession } from '../ports/outbound.js';
import { EchoGuard } from './echoGuard.js';

/** A connector's way to the outside during one test: what was sent does not come back, and how it went is noted. */
export class GuardedProbe implements Probe {
  /** What must be said of the connections that were tried, whatever came of them. */
  readonly warnings: TestWarning[] = [];
  readonly #session: OutboundSession;
  readonly #echoes: EchoGuard;

  constructor(session: OutboundSession, values: FieldValues) {
    this.#session = session;
    this.#echoes = new EchoGuard(values);
  }

  now(): Date {
    return this.#session.now();
  }

  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    const proves = this.#echoes.sent(request);
    const said = connectionWarnings(request.url, request.tls ?? { mode: 'system' });
    // In the clear, a question that proves nobody tells nobody anything.
    this.warnings.push(...said.filter(({ code }) => proves || code !== 'plain_http'));
    return this.#echoes.answer(await this.#session.send(request));
  }

  /** A finding as it may be told. */
  told(finding: Finding): Finding {
    return this.#echoes.finding(finding);
  }
}
