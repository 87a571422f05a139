import { clearTextRule } from '../api/common.js';
import { CLIENTS, type Client } from '../domain/access/caller.js';
import { BrokerError, invalid } from '../domain/errors.js';

/** A request header that a row of the route table supports. */
export interface RequestHeader<Value> {
  name: string;
  description: string;
  example: string;
  /** The value for the handler; throws `invalid_request` when the text is not in the header's form. */
  read(text: string | undefined): Value;
}

export type HeaderSet = Readonly<Record<string, RequestHeader<unknown>>>;
export type HeaderValues<H extends HeaderSet> = {
  [K in keyof H]: H[K] extends RequestHeader<infer Value> ? Value : never;
};

/** A header of an answer. */
export interface AnswerHeader {
  name: string;
  description: string;
  example: string;
}

/** `If-Match` as a revision; `*` and nothing ask for none. */
export const ifMatch: RequestHeader<{ ifMatch?: number }> = {
  name: 'If-Match',
  description:
    'The revision that you read, as its ETag. When the credential has another revision now, the answer is 412.',
  example: '"3"',
  read(text) {
    if (text === undefined || text === '*') return {};
    const revision = /^"(\d{1,15})"$/.exec(text)?.[1];
    if (revision === undefined)
      throw new BrokerError('precondition_failed', {
        detail: 'If-Match must be the ETag of the credential, e.g. "3".',
      });
    return { ifMatch: Number(revision) };
  },
};

/** `If-None-Match` of a secret (`"v3"`) as the version that the caller already has. */
export const ifNoneMatch: RequestHeader<{ knownVersion?: number }> = {
  name: 'If-None-Match',
  description:
    'The version that you already have, as its ETag. When it is still the active one, the answer is 304.',
  example: '"v3"',
  read(text) {
    const version = /^"v(\d{1,9})"$/.exec(text ?? '')?.[1];
    return version === undefined ? {} : { knownVersion: Number(version) };
  },
};

/** `Idempotency-Key`, 1 to 255 visible characters. */
export const idempotencyKey: RequestHeader<string | undefined> = {
  name: 'Idempotency-Key',
  description:
    'A key that you choose for this request. A repetition with the same key and body gets the first answer and changes nothing.',
  example: '5f0c1a9e-create-proxmox',
  read(text) {
    if (text === undefined) return undefined;
    if (!/^[\x21-\x7e]{1,255}$/.test(text))
      throw invalid({ field: 'Idempotency-Key', rule: 'must be 1 to 255 visible characters' });
    return text;
  },
};

/** Which of our clients sends the request. */
export const client: RequestHeader<Client> = {
  name: 'X-Client',
  description:
    'The client that sends the request: `cli` for the command line, `web` for the page, anything else counts as `api`. ' +
    'A session cookie counts only with `web`.',
  example: 'cli',
  read: (text) => CLIENTS.find((name) => name === text) ?? 'api',
};

/** `Last-Event-ID` of server-sent events. */
export const lastEventId: RequestHeader<number | undefined> = {
  name: 'Last-Event-ID',
  description: 'The ID of the last event that you received. The stream continues after it.',
  example: '4711',
  read(text) {
    if (text === undefined || text === '') return undefined;
    if (!/^\d{1,15}$/.test(text))
      throw invalid({ field: 'Last-Event-ID', rule: 'must be the id of an event' });
    return Number(text);
  },
};

/** Whether the answer is asked for as server-sent events. */
export const acceptsEvents: RequestHeader<boolean> = {
  name: 'Accept',
  description: '`text/event-stream`: the steps as server-sent events while they end, then the result.',
  example: 'text/event-stream',
  read: (text) => /(^|[,\s])text\/event-stream($|[;,\s])/i.test(text ?? ''),
};

/** Read for every call with its token (`authenticate.ts`); a row names it where it matters. */
export const usedBy: RequestHeader<string | undefined> = {
  name: 'X-Used-By',
  description: 'The agent or deployment that the value is for. It appears in usage and audit.',
  example: 'deploy-agent-7',
  read: (text) => shortText('X-Used-By', text),
};

/** Read for every call with its token (`authenticate.ts`); a row names it where it matters. */
export const breakGlassReason: RequestHeader<string | undefined> = {
  name: 'X-Break-Glass-Reason',
  description:
    'Why an admin opens a credential without owner, grant or team. Required for that, audited and reported to the owner.',
  example: 'Incident 812: mail is down',
  read: (text) => shortText('X-Break-Glass-Reason', text),
};

/** A one-line header of at most 255 characters; bytes beyond ASCII are UTF-8. */
function shortText(name: string, text: string | undefined): string | undefined {
  const value = Buffer.from(text ?? '', 'latin1')
    .toString('utf8')
    .trim();
  if (value === '') return undefined;
  if (value.length > 255) throw invalid({ field: name, rule: 'must be at most 255 characters' });
  const rule = clearTextRule(value);
  if (rule !== undefined) throw invalid({ field: name, rule });
  return value;
}

export const revisionTag: AnswerHeader = {
  name: 'ETag',
  description: 'The revision of the credential, for If-Match.',
  example: '"3"',
};
export const versionTag: AnswerHeader = {
  name: 'ETag',
  description: 'The version of the value, for If-None-Match.',
  example: '"v3"',
};
export const location: AnswerHeader = {
  name: 'Location',
  description: 'The path of the new credential.',
  example: '/api/credentials/0b2f7d3e-3c53-4c0e-9a53-1d5c1f0a6a10',
};
export const replayed: AnswerHeader = {
  name: 'Idempotent-Replayed',
  description: '`true` when the answer is the one that an earlier request with the same Idempotency-Key got.',
  example: 'true',
};
export const rateLimit: AnswerHeader = {
  name: 'RateLimit',
  description:
    "What is left of the caller's limit for reads of values (draft 8 of the RateLimit header fields).",
  example: '"reveals";r=119;t=60',
};
