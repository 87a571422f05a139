import { randomUUID } from 'node:crypto';
import { headerOf, type OutboundAnswer, type Probe, type TlsChoice } from '../../domain/testing/outbound.js';
import { ended, type TestEnded } from '../../domain/testing/testResult.js';
import { authenticateMessage, type NtlmUser, negotiateMessage, readChallenge } from './ntlm.js';

const SOAP = 'http://www.w3.org/2003/05/soap-envelope';
export const IDENTIFY = `<s:Envelope xmlns:s="${SOAP}" xmlns:w="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Header/><s:Body><w:Identify/></s:Body></s:Envelope>`;

/** How we sign in; NTLM binds to the connection, Basic goes with each request. */
export type WsmanLogin = { kind: 'ntlm'; user: NtlmUser } | { kind: 'basic'; user: string; password: string };

/** WS-Management of one host during one test. */
export class WsmanEndpoint {
  readonly #probe: Probe;
  readonly #url: URL;
  readonly #tls: TlsChoice;
  /** The connection is signed in. */
  #bound = false;

  constructor(probe: Probe, url: URL, tls: TlsChoice) {
    this.#probe = probe;
    this.#url = url;
    this.#tls = tls;
  }

  /** Without a login; every WinRM shows its product this way. */
  identify(): Promise<OutboundAnswer> {
    return this.#send(IDENTIFY, { wsmanidentify: 'unauthenticated' });
  }

  /** Without signing in. */
  askBare(body: string): Promise<OutboundAnswer> {
    return this.#send(body, {});
  }

  /** Signed in. A 401 as answer means that the host refuses us. */
  async ask(body: string, login: WsmanLogin): Promise<OutboundAnswer> {
    if (login.kind === 'basic') {
      const pair = Buffer.from(`${login.user}:${login.password}`, 'utf8').toString('base64');
      return this.#offered(
        await this.#send(body, { authorization: `Basic ${pair}` }),
        /\bBasic realm="WSMAN"/i,
      );
    }
    const answer = this.#bound ? await this.#send(body, {}) : undefined;
    // What refuses a connection that is signed in may be a gateway, which only looks at the header.
    const refused = answer === undefined || [401, 403, 407, 511, 302, 303, 307].includes(answer.status);
    return refused ? this.#shakeHands(body, login.user) : answer;
  }

  async #shakeHands(body: string, user: NtlmUser): Promise<OutboundAnswer> {
    const first = await this.#send('', { authorization: `Negotiate ${negotiateMessage()}` });
    const given = /\b(Negotiate|NTLM) ([A-Za-z0-9+/=]{20,})/i.exec(headerOf(first, 'www-authenticate'));
    const challenge = readChallenge(given?.[2] ?? '');
    if (given === null || challenge === undefined) return this.#offered(first, /\b(Negotiate|NTLM)\b/i);
    const message = authenticateMessage(user, challenge, this.#probe.now());
    const answer = await this.#send(body, { authorization: `${given[1]} ${message}` });
    this.#bound = answer.status !== 401;
    return answer;
  }

  /** A 401 that does not offer our scheme says nothing about the password. */
  #offered(answer: OutboundAnswer, scheme: RegExp): OutboundAnswer {
    if (answer.status === 401 && !scheme.test(headerOf(answer, 'www-authenticate'))) throw notOffered();
    return answer;
  }

  #send(body: string, headers: Record<string, string>): Promise<OutboundAnswer> {
    return this.#probe.send({
      method: 'POST',
      url: this.#url,
      headers: { 'content-type': 'application/soap+xml;charset=UTF-8', ...headers },
      body,
      tls: this.#tls,
    });
  }
}

function notOffered(): TestEnded {
  return ended(
    'misconfigured',
    'The listener does not accept this authentication method; enable it there (winrm get winrm/config/service/auth) or choose another auth_method.',
  );
}

/** WS-Enumeration over WMI, all items in one answer. */
export function enumerateQuery(url: URL, namespace: string, query: string): string {
  const uri = `http://schemas.microsoft.com/wbem/wsman/1/wmi/${namespace}/*`;
  const header = [
    `<a:To>${url.href}</a:To>`,
    `<a:ReplyTo><a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>`,
    `<a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate</a:Action>`,
    `<a:MessageID>uuid:${randomUUID()}</a:MessageID>`,
    `<w:ResourceURI s:mustUnderstand="true">${uri}</w:ResourceURI>`,
    '<w:OperationTimeout>PT10S</w:OperationTimeout>',
  ];
  const body = `<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>500</w:MaxElements><w:Filter Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">${query}</w:Filter></n:Enumerate>`;
  return `<s:Envelope xmlns:s="${SOAP}" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"><s:Header>${header.join('')}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}
