import type { OutgoingHttpHeader, ServerResponse } from 'node:http';

type HeaderValue = OutgoingHttpHeader;

/**
 * The members of Express's response that the handlers of lean routes use, over Node's own. Express changes the prototype
 * of each request and response, which costs more than the rest of the call.
 */
export class LeanResponse {
  readonly locals: Record<string, unknown> = {};
  /** By their names in small letters; Node gets them all at once, which costs less than one by one. */
  readonly #headers = new Map<string, { name: string; value: HeaderValue }>();
  #status = 200;

  constructor(readonly raw: ServerResponse) {}

  get headersSent(): boolean {
    return this.raw.headersSent;
  }

  get writableEnded(): boolean {
    return this.raw.writableEnded;
  }

  get statusCode(): number {
    return this.#status;
  }

  status(code: number): this {
    this.#status = code;
    return this;
  }

  set(header: string | Readonly<Record<string, HeaderValue>>, value: HeaderValue = ''): this {
    if (typeof header === 'string') this.#headers.set(header.toLowerCase(), { name: header, value });
    else for (const name of Object.keys(header)) this.set(name, header[name]);
    return this;
  }

  setHeader(name: string, value: HeaderValue): this {
    return this.set(name, value);
  }

  append(name: string, value: string): this {
    const before = this.getHeader(name);
    return this.set(name, before === undefined ? value : [before, value].flat().map(String));
  }

  vary(name: string): this {
    return this.append('Vary', name);
  }

  getHeader(name: string): HeaderValue | undefined {
    return this.#headers.get(name.toLowerCase())?.value;
  }

  /** A whole media type, without a charset. */
  type(mediaType: string): this {
    return this.set('Content-Type', `${mediaType}; charset=utf-8`);
  }

  json(body: unknown): this {
    return this.type('application/json').send(JSON.stringify(body));
  }

  /** A text goes out in one write, with the head before it. */
  send(text: string): this {
    return this.set('Content-Length', Buffer.byteLength(text)).#finish(text);
  }

  end(): this {
    return this.#finish('');
  }

  #finish(text: string): this {
    const flat: HeaderValue[] = [];
    for (const { name, value } of this.#headers.values()) flat.push(name, value);
    try {
      this.raw.writeHead(this.#status, flat);
    } catch (error) {
      // Node refused a header; the answer about that goes out without it.
      this.#headers.clear();
      throw error;
    }
    this.raw.end(text);
    return this;
  }

  once(event: 'finish' | 'close' | 'error', listener: () => void): this {
    this.raw.once(event, listener);
    return this;
  }
}
