/** Cookies that only the broker's own origin gets, as the text of headers. */
interface CookieRules {
  /** True on HTTPS. */
  secure: boolean;
  sameSite: 'Strict' | 'Lax';
  maxAgeSeconds: number;
}

/** The prefix has browsers refuse a cookie that another host, or a page without TLS, would set (RFC 6265bis). */
export const cookieName = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name);

/** A `Set-Cookie` header. Scripts never see the cookie. */
export function setCookie(
  name: string,
  value: string,
  { secure, sameSite, maxAgeSeconds }: CookieRules,
): string {
  const parts = [`${cookieName(name, secure)}=${value}`, 'Path=/', `Max-Age=${maxAgeSeconds}`, 'HttpOnly'];
  if (secure) parts.push('Secure');
  return [...parts, `SameSite=${sameSite}`].join('; ');
}

/** A `Set-Cookie` header that removes it. */
export const clearCookie = (name: string, secure: boolean): string =>
  setCookie(name, '', { secure, sameSite: 'Strict', maxAgeSeconds: 0 });

/** The value of the one cookie of that name; undefined also where there are several. */
export function cookieIn(header: string | undefined, name: string, secure: boolean): string | undefined {
  const wanted = cookieName(name, secure);
  const values = (header ?? '').split(';').flatMap((pair) => {
    const [key, ...rest] = pair.split('=');
    return key?.trim() === wanted ? [rest.join('=').trim()] : [];
  });
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}
