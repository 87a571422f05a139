import { domainToASCII } from 'node:url';

const MOST_BYTES = 254;
const MOST_LOCAL_BYTES = 64;
/** RFC 5321 dot-string, with the letters beyond ASCII that RFC 6531 adds. Quoted names are left out: nobody has one. */
const LOCAL = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const HOST = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;

/**
 * The address as it goes over the wire: the domain in lower case and, where it has letters beyond ASCII, in its ASCII
 * form (RFC 5891). A name before the @ stays as it is; letters beyond ASCII in it need a server with SMTPUTF8. Null when
 * it is no address.
 */
export function wireAddress(text: string): string | null {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  if (at < 1 || Buffer.byteLength(text) > MOST_BYTES || Buffer.byteLength(local) > MOST_LOCAL_BYTES)
    return null;
  const host = domainToASCII(text.slice(at + 1));
  return LOCAL.test(local) && HOST.test(host) ? `${local}@${host}` : null;
}

export function isMailAddress(text: string): boolean {
  return wireAddress(text) !== null;
}

/** True for `broker@lab.example` and for `Glassdome Broker <broker@lab.example>`. */
export function isSender(text: string): boolean {
  const [, address = text] = /^[^<>"\p{Cc}]*<([^<>]+)>$/u.exec(text) ?? [];
  return isMailAddress(address);
}
