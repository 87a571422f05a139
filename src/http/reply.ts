import type { Writable } from 'node:stream';

/** An answer with headers. Handlers return the bare answer where they set none. */
export class Reply<Answer> {
  constructor(
    readonly body: Answer,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/** The browser goes on elsewhere; the row's status says how. */
export class Redirect {
  constructor(
    readonly location: string,
    readonly cookies: readonly string[],
  ) {}
}

/** Status 304: the caller already has the current value. */
export class NotModified {
  constructor(readonly headers: Readonly<Record<string, string>>) {}
}

/** A page or a table in place of JSON. */
export class TextReply {
  constructor(
    readonly type: string,
    readonly text: string,
    /** The browser saves it under this name. */
    readonly filename?: string,
  ) {}
}

/** Server-sent events: `write` runs until the stream ends, and closes it. */
export class EventStream {
  constructor(readonly write: (out: Writable) => Promise<void>) {}
}

/** What a handler may return in place of the bare answer. */
export type Special<Answer> = Reply<Answer> | Redirect | NotModified | TextReply | EventStream;
