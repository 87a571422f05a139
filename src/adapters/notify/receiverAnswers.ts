import type { OutboundAnswer } from '../../domain/testing/outbound.js';

/** What an answer means: null when the receiver took the message, else a code of ours, never a word of the receiver's. */
export type AnswerJudge = (answer: Pick<OutboundAnswer, 'status' | 'body'>) => string | null;

/** Incoming webhooks of Slack and Mattermost answer `ok`, workflow triggers and Rocket.Chat JSON. Anything else is no delivery. */
export const slackTook: AnswerJudge = (answer) =>
  refusedByStatus(answer) ??
  refusedByBody(answer.body) ??
  (/^ok\.?$/i.test(answer.body.trim()) || saysYes(answer.body) ? null : 'refused_by_receiver');

/** Workflows of Teams answer 202 without a body, connectors `1`; a failure further on is a sentence in a 200. */
export const teamsTook: AnswerJudge = (answer) => {
  const refused = refusedByStatus(answer) ?? refusedByBody(answer.body);
  if (refused !== null) return refused;
  const text = answer.body.trim();
  if (text === '' || /^"?\d+"?$/.test(text) || jsonObject(text) !== undefined) return null;
  return codeInSentence(text) ?? 'refused_by_receiver';
};

/** A generic receiver may answer anything except an HTML page or a JSON that reports an error. */
export const webhookTook: AnswerJudge = (answer) => refusedByStatus(answer) ?? refusedByBody(answer.body);

function refusedByStatus({ status, body }: Parameters<AnswerJudge>[0]): string | null {
  if (status >= 200 && status < 300) return null;
  if (status === 413) return 'message_too_large';
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'service_error';
  if (isPage(body) && status < 500 && status !== 404 && status !== 410) return 'sign_in_page';
  // Gone, archived, or its address was taken back: a person has to make a new one.
  return status === 404 || status === 410 ? 'gone' : 'refused_by_receiver';
}

function refusedByBody(body: string): string | null {
  if (isPage(body)) return 'sign_in_page';
  const said = jsonObject(body.trim());
  if (said === undefined || !saysNo(said)) return null;
  return codeInSentence(body) ?? 'refused_by_receiver';
}

/** A sign-in page, a portal or a proxy's notice. By its text: small servers send a plain `ok` as text/html, too. */
function isPage(body: string): boolean {
  return /^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|title|form|script)\b/is.test(
    body.slice(0, 4096),
  );
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

const FLAGS = ['ok', 'success', 'succeeded', 'delivered', 'accepted'];
const CODES = ['errcode', 'errorcode', 'error_code', 'code', 'statuscode', 'status_code'];
const FAILED = /^(error|err|fail|failed|failure|rejected|denied|unauthorized|forbidden)$/i;

function saysYes(body: string): boolean {
  const said = jsonObject(body.trim());
  return said !== undefined && FLAGS.some((name) => member(said, name) === true);
}

/** By the members in which such services say so: DingTalk's and WeCom's `errcode`, Lark's `code`, and the common flags. */
function saysNo(said: Record<string, unknown>): boolean {
  if (FLAGS.some((name) => member(said, name) === true)) return false;
  const failedCode = CODES.some((name) => {
    const code = Number(member(said, name) ?? 0);
    return Number.isFinite(code) && code !== 0 && !(code >= 200 && code < 300);
  });
  const failedFlag = FLAGS.some((name) => [false, 'false'].includes(member(said, name) as never));
  const status = member(said, 'status') ?? member(said, 'result');
  const failedStatus = typeof status === 'string' ? FAILED.test(status) : isHttpFailure(status);
  return (
    failedCode ||
    failedFlag ||
    failedStatus ||
    isFilled(member(said, 'error')) ||
    isFilled(member(said, 'errors'))
  );
}

const isHttpFailure = (status: unknown): boolean =>
  typeof status === 'number' && status >= 400 && status < 600;

/** `false`, `0`, "" and empty lists say that there is no error. */
function isFilled(error: unknown): boolean {
  if (Array.isArray(error)) return error.length > 0;
  return Boolean(error) && error !== 'false' && error !== '0' && !/^(none|ok|success)$/i.test(String(error));
}

function member(said: Record<string, unknown>, name: string): unknown {
  const key = Object.keys(said).find((each) => each.toLowerCase() === name);
  return key === undefined ? undefined : said[key];
}

/** A status that a sentence names later on, so that a temporary failure is retried for the right reason. */
function codeInSentence(text: string): string | null {
  if (/\b429\b|throttl|rate.?limit|too many requests/i.test(text)) return 'rate_limited';
  if (/\b413\b|too large|size limit/i.test(text)) return 'message_too_large';
  if (/\b5\d\d\b/.test(text)) return 'service_error';
  return /\b(404|410)\b/.test(text) ? 'gone' : null;
}
