import type { SimulatedAnswer, SimulatedRequest } from '../support/services/simulator.js';

const html = { 'content-type': 'text/html; charset=utf-8' };
const page = (title: string) =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body></body></html>`;

/** How gateways, proxies and portals refuse whom they do not know: none of these is a service's own word. */
export const gateways: Readonly<Record<string, SimulatedAnswer>> = {
  'JSON, 401': {
    status: 401,
    body: { type: 'error', status: '401', message: 'must authenticate' },
  },
  'JSON, 403': { status: 403, body: { message: 'Missing Authentication Token' } },
  'HTML, 401': {
    status: 401,
    headers: { ...html, 'www-authenticate': 'Basic realm="Restricted"' },
    body: page('401 Authorization Required'),
  },
  'HTML, 403': { status: 403, headers: html, body: page('Attention Required!') },
  'text, 403': { status: 403, headers: { 'content-type': 'text/plain' }, body: 'RBAC: access denied' },
  'sign-in, 302': { status: 302, headers: { location: 'https://sso.lab.example/login?rd=x' }, body: '' },
  'sign-in, 303': {
    status: 303,
    headers: { ...html, location: '/oauth2/start?rd=%2F' },
    body: page('Found'),
  },
  'proxy, 407': {
    status: 407,
    headers: { ...html, 'proxy-authenticate': 'Basic realm="proxy"' },
    body: page('407'),
  },
  'portal, 511': { status: 511, headers: html, body: page('Network Authentication Required') },
  'certificate, 400': { status: 400, headers: html, body: page('400 No required SSL certificate was sent') },
};

const PROVING = ['authorization', 'x-api-key', 'cookie'];

/** True where something in the request proves who we are. */
export function carriesProof({ headers, body }: SimulatedRequest): boolean {
  if (PROVING.some((name) => headers[name] !== undefined)) return true;
  return /(^|&)(password|client_secret|client_assertion|assertion)=|<password>/.test(body);
}
