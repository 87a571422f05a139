import type { FieldValues } from '../../domain/credentials/fields.js';
import type { Connector } from '../../domain/services/connector.js';
import { connectionWarnings } from '../../domain/services/tlsWarnings.js';
import { isDeniedPort } from '../../domain/testing/deniedPorts.js';
import {
  type OutboundAnswer,
  OutboundFailure,
  type OutboundRequest,
  type Probe,
} from '../../domain/testing/outbound.js';
import type { TestVerdict, TestWarning } from '../../domain/testing/testResult.js';
import type { OutboundSession } from '../../ports/testing.js';
import { EchoGuard } from './echoGuard.js';

/** How servers of Go, nginx and Apache greet plain HTTP at a TLS port. */
const WANTS_TLS =
  /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL/;

/** A connector's way to the outside during one test: what was sent does not come back, and how it went is noted. */
export class GuardedProbe implements Probe {
  /** What must be said of the connections that were tried, whatever came of them. */
  readonly warnings: TestWarning[] = [];
  /** `host:port → not asked`, for the audit trail. */
  readonly refused: string[] = [];
  readonly #session: OutboundSession;
  readonly #connector: Pick<Connector, 'schemes' | 'ports'>;
  readonly #echoes: EchoGuard;

  constructor(
    session: OutboundSession,
    connector: Pick<Connector, 'schemes' | 'ports'>,
    values: FieldValues,
  ) {
    this.#session = session;
    this.#connector = connector;
    this.#echoes = new EchoGuard(values);
  }

  now(): Date {
    return this.#session.now();
  }

  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    this.#admit(request.url);
    const proves = this.#echoes.sent(request);
    const said = connectionWarnings(request.url, request.tls ?? { mode: 'system' });
    // Over plain HTTP, a question without a proof reveals nothing.
    this.warnings.push(...said.filter(({ code }) => proves || code !== 'plain_http'));
    const answer = this.#echoes.answer(await this.#sent(request));
    if (answer.status === 400 && request.url.protocol === 'http:' && WANTS_TLS.test(answer.body))
      throw new OutboundFailure('wants_tls');
    return answer;
  }

  /** A refusal for the lack of a client certificate says nothing against one that was not shown. */
  async #sent(request: OutboundRequest): Promise<OutboundAnswer> {
    try {
      return await this.#session.send(request);
    } catch (error) {
      const refused = error instanceof OutboundFailure && error.reason === 'client_certificate_refused';
      if (!refused || request.tls?.clientCertPem !== undefined) throw error;
      throw new OutboundFailure('wants_client_certificate', { cause: error });
    }
  }

  /** Only where a service of this type may live. */
  #admit(url: URL): void {
    const { schemes = ['http', 'https'], ports } = this.#connector;
    const reason = !schemes.some((scheme) => url.protocol === `${scheme}:`)
      ? 'denied_scheme'
      : isDeniedPort(url, ports)
        ? 'denied_port'
        : undefined;
    if (reason === undefined) return;
    this.refused.push(`${url.host} → not asked`);
    throw new OutboundFailure(reason);
  }

  /** A finding that may be shown. */
  told(finding: TestVerdict): TestVerdict {
    return this.#echoes.finding(finding);
  }
}
