import { randomUUID } from 'node:crypto';
import { type OutboundAnswer, OutboundFailure } from '../../domain/testing/outbound.js';
import { ended } from '../../domain/testing/testResult.js';
import { notThisService } from './probing.js';
import { type Voice, verdict, wantsCertificate, wantsHttps } from './voice.js';

/** A question that is asked without the credential. */
export interface StrangersQuestion {
  voice: Voice;
  url: URL;
  /** True where the credential has a client certificate, which was left out of the question. */
  certificate?: boolean;
  /** Statuses that are answers, though no success. */
  accepts?: readonly number[];
}

/**
 * Asks as a stranger. Undefined means locked: the host refuses strangers, in whatever form, and the credential may go
 * to it. Else the answer, which has to be the service's own. The test ends where the host is unwell or the address is
 * wrong, and no secret was sent.
 */
export async function asStranger(
  question: StrangersQuestion,
  ask: () => Promise<OutboundAnswer>,
): Promise<OutboundAnswer | undefined> {
  const answer = await lockedByCertificate(question.certificate === true, ask);
  if (answer === undefined) return undefined;
  const { voice, url, accepts = [] } = question;
  if (accepts.includes(answer.status)) return answer;
  if (wantsHttps(answer, url))
    throw ended(
      'misconfigured',
      'The host redirects http:// to https://, so no secret was sent; use https:// in the address.',
    );
  const wrong = verdict(answer, voice);
  if (wrong === undefined) return answer;
  if (answer.status === 404) throw notThisService(voice.service);
  const unwell = wrong.code === 'rate_limited' || wrong.code === 'service_error';
  if (!unwell && (voice.says(answer) !== undefined || refuses(answer))) return undefined;
  throw ended(wrong.code, wrong.advice, wrong);
}

/** What refuses strangers without being the service: a sign-in by status, by redirect or by certificate. */
function refuses(answer: OutboundAnswer): boolean {
  const { status } = answer;
  return [401, 403, 407, 511].includes(status) || (status >= 300 && status < 400) || wantsCertificate(answer);
}

/** The answer; undefined where a connection without the certificate that we have is refused. */
export async function lockedByCertificate(
  certificate: boolean,
  ask: () => Promise<OutboundAnswer>,
): Promise<OutboundAnswer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (certificate && error instanceof OutboundFailure && CLOSED.includes(error.reason)) return undefined;
    throw error;
  }
}

const CLOSED: readonly string[] = ['wants_client_certificate', 'reset', 'tls_handshake'];

export interface OpenQuestion extends StrangersQuestion {
  /** The question that proves the credential, asked without it. */
  bare(): Promise<OutboundAnswer>;
  /**
   * The same with a made-up credential, where that locks nobody out: some services answer strangers and still refuse
   * what they do not know. Left out: what answers strangers is open.
   */
  decoy?: () => Promise<OutboundAnswer>;
  /** True for an answer that the service itself would give. */
  isAnswer(answer: OutboundAnswer): boolean;
}

/** True where the question needs no credential, so that its answer proves none. */
export async function isOpen(question: OpenQuestion): Promise<boolean> {
  const answer = await asStranger(question, question.bare);
  if (answer === undefined) return false;
  if (!question.isAnswer(answer)) throw notThisService(question.voice.service);
  if (question.decoy === undefined) return true;
  const other = await asStranger(question, question.decoy);
  return other !== undefined && question.isAnswer(other);
}

/** A name or key that nobody has. */
export const madeUp = (prefix = ''): string => `${prefix}glassdome-probe-${randomUUID()}`;
