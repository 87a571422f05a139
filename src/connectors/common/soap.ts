import type { OutboundAnswer, Probe, TlsChoice } from '../../domain/testing/outbound.js';
import { xmlEscaped } from './xmlText.js';

/** One SOAP end point during one test; the session cookie that it gives is sent back to it. */
export class SoapEndpoint {
  readonly #probe: Probe;
  readonly #url: URL;
  readonly #tls: TlsChoice;
  #cookie: string | undefined;

  constructor(probe: Probe, url: URL, tls: TlsChoice) {
    this.#probe = probe;
    this.#url = url;
    this.#tls = tls;
  }

  /** `args` are the elements below the call, by name, in order; their texts are escaped here. */
  async call(action: string, method: string, args: readonly SoapArgument[]): Promise<OutboundAnswer> {
    const inner = args.map(({ name, type, text }) => {
      const typed = type === undefined ? '' : ` type="${xmlEscaped(type)}"`;
      return `<${name}${typed}>${xmlEscaped(text)}</${name}>`;
    });
    const answer = await this.#probe.send({
      method: 'POST',
      url: this.#url,
      headers: {
        'content-type': 'text/xml; charset=utf-8',
        soapaction: action,
        ...(this.#cookie !== undefined && { cookie: this.#cookie }),
      },
      body: `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><${method} xmlns="urn:vim25">${inner.join('')}</${method}></soapenv:Body></soapenv:Envelope>`,
      tls: this.#tls,
    });
    const given = answer.headers['set-cookie']?.[0]?.split(';')[0];
    if (given !== undefined) this.#cookie = given;
    return answer;
  }
}

export interface SoapArgument {
  name: string;
  /** Of a managed object reference. */
  type?: string;
  text: string;
}
