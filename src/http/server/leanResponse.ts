import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/**
 * The members of Express's response that the handlers of lean routes use, over Node's own. Express changes the prototype
 * of each request and response, which costs more than the rest of the call.
 */
export class LeanResponse {
  readonly locals: Record<string, unknown> = {};

  constructor(readonly raw: ServerResponse) {}

  get headersSent(): boolean {
    return this.raw.headersSent;
  }

  get writableEnded(): boolean {
    return this.raw.writableEnded;
  }

  get statusCode(): number {
    return this.raw.statusCode;
  }

  status(code: number): this {
    this.raw.statusCode = code;
    return this;
  }

  set(header: string | OutgoingHttpHeaders, value?: string): this {
    if (typeof header === 'string') this.raw.setHeader(header, value ?? '');
    else for (const [name, each] of Object.entries(header)) this.raw.setHeader(name, each ?? '');
    return this;
  }

  setHeader(name: string, value: string): this {
    return this.set(name, value);
  }

  append(name: string, value: string): this {
    this.raw.appendHeader(name, value);
    return this;
  }

  vary(name: string): this {
    return this.append('Vary', name);
  }

  getHeader(name: string): number | string | string[] | undefined {
    return this.raw.getHeader(name);
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
    this.raw.setHeader('Content-Length', Buffer.byteLength(text));
    this.raw.end(text);
    return this;
  }

  end(): this {
    this.raw.end();
    return this;
  }

  once(event: 'finish' | 'close' | 'error', listener: () => void): this {
    this.raw.once(event, listener);
    return this;
  }
}
