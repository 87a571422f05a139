import { headerOf, type OutboundAnswer } from '../../domain/testing/outbound.js';
import type { TestVerdict } from '../../domain/testing/testResult.js';
import { capital, notThisService, rateLimited, usualFinding } from './probing.js';

/**
 * How one service speaks. A status alone proves nothing: gateways, proxies and portals in front of a service answer
 * with the same ones. Only an error in the service's own form is its word on a credential.
 */
export interface Voice {
  service: string;
  /**
   * What an error in the service's own form means, whatever its status. `own`: it is the service's, and the status
   * means what it usually means. Undefined: no error of this service.
   */
  says(answer: OutboundAnswer): TestVerdict | 'own' | undefined;
}

/** What an answer says about the credential that was sent; undefined for an answer that is no refusal. */
export function verdict(answer: OutboundAnswer, voice: Voice): TestVerdict | undefined {
  const said = voice.says(answer);
  if (said === undefined) return foreignFinding(answer, voice.service);
  if (said !== 'own') return said;
  return usualFinding(answer, voice.service) ?? failure(answer, voice.service);
}

/** An error in the body of an answer that calls itself a success. */
function failure({ status }: OutboundAnswer, service: string): TestVerdict {
  return {
    code: 'service_error',
    advice: `${capital(service)} answered with an error, but with HTTP ${status}; check the service, then test again.`,
  };
}

/** Said by something in front of the service: never a verdict on the credential. Undefined for a 2xx. */
export function foreignFinding(answer: OutboundAnswer, service: string): TestVerdict | undefined {
  const { status } = answer;
  if (status === 407 || status === 511)
    return {
      code: 'misconfigured',
      advice: `A proxy or portal between the broker and ${service} requires a separate login (HTTP ${status}); allow the broker through, or use the address behind it.`,
    };
  if (wantsCertificate(answer))
    return {
      code: 'misconfigured',
      advice: `The web server in front of ${service} requires another client certificate; add one that it accepts, or use the address behind it.`,
    };
  if (status === 401 || status === 403)
    return {
      code: 'not_this_service',
      advice: `Something in front of ${service} refused the request (HTTP ${status}), not ${service} itself, so the test says nothing about the credential; check the address and the rules of the gateway or firewall there.`,
    };
  if (status >= 300 && status < 400)
    return {
      code: 'not_this_service',
      advice: `The address redirects elsewhere (HTTP ${status}), for example to the login page of a gateway. The broker follows no redirects; use the address behind it.`,
    };
  if (status === 429) return rateLimited(answer, service);
  if (status >= 200 && status < 300) return undefined;
  return usualFinding(answer, service) ?? notThisService(service).finding;
}

/** How nginx and others refuse over HTTP a connection without the client certificate that they want. */
export function wantsCertificate({ status, body }: OutboundAnswer): boolean {
  if (status === 495 || status === 496) return true;
  return status === 400 && /SSL certificate|client certificate/i.test(body.slice(0, 4_000));
}

/** True where the answer sends a plain request to the same host by https. */
export function wantsHttps(answer: OutboundAnswer, asked: URL): boolean {
  if (asked.protocol !== 'http:' || answer.status < 300 || answer.status >= 400) return false;
  const location = headerOf(answer, 'location');
  if (!URL.canParse(location)) return false;
  const to = new URL(location);
  return to.protocol === 'https:' && to.hostname === asked.hostname;
}
