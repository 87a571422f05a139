import { expect } from 'chai';
import { BrokerError } from '../../../src/domain/errors.js';
import { clearCookie, cookieIn, setCookie } from '../../../src/http/session/cookies.js';
import { type CookieToken, CookieTokens } from '../../../src/http/session/cookieTokens.js';

describe('cookies', () => {
  const rules = { secure: true, sameSite: 'Strict', maxAgeSeconds: 60 } as const;

  it('are bound to the host on HTTPS, and never to a domain', () => {
    expect(setCookie('a', 'v', rules)).to.equal(
      '__Host-a=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict',
    );
    expect(setCookie('a', 'v', { ...rules, secure: false, sameSite: 'Lax' })).to.equal(
      'a=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax',
    );
    expect(clearCookie('a', true)).to.match(/^__Host-a=; Path=\/; Max-Age=0; HttpOnly; Secure;/);
  });

  it('are found by their whole name, and count only where there is one', () => {
    const of = (header: string | undefined, secure = false) => cookieIn(header, 'a', secure);
    expect(of('a=1')).to.equal('1');
    expect(of('b=2; a=1; ab=3')).to.equal('1');
    expect(of(' a = 1=2 ;c')).to.equal('1=2');
    for (const header of [
      undefined,
      '',
      'a',
      'a=',
      'A=1',
      'aa=1',
      'b=a=1',
      '__Host-a=1',
      'a=1; a=1',
      'a=1; a=2',
    ])
      expect(of(header), String(header)).to.equal(undefined);
    expect(of('a=1; __Host-a=2', true)).to.equal('2');
  });
});

describe('tokens of cookies', () => {
  let at = 0;
  let asked = 0;
  let tokens: CookieTokens;
  beforeEach(() => {
    at = 1_000_000;
    asked = 0;
    tokens = new CookieTokens({ now: () => new Date(at) });
  });
  const gives =
    (more: Partial<CookieToken> = {}) =>
    async () => {
      asked += 1;
      await Promise.resolve();
      return { token: `token-${asked}`, expiresIn: 600, keep: true, ...more };
    };
  const fails = (code: 'unauthenticated' | 'store_unavailable') => async (): Promise<CookieToken> => {
    asked += 1;
    throw new BrokerError(code, { detail: '' });
  };
  const codeOf = (asking: Promise<unknown>) =>
    asking.then(
      (token) => token,
      (error: BrokerError) => error.code,
    );

  it('are exchanged once for many requests, until shortly before they end', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.of('c', gives())));
    expect([new Set(all), asked]).to.deep.equal([new Set(['token-1']), 1]);
    at += 594_000;
    expect(await tokens.of('c', gives())).to.equal('token-1');
    at += 1_000;
    expect(await tokens.of('c', gives())).to.equal('token-2');
    expect(await tokens.of('other', gives())).to.equal('token-3');
  });

  it('are not kept where their login is about to change, nor after they were refused', async () => {
    expect(await tokens.of('c', gives({ keep: false }))).to.equal('token-1');
    expect(await tokens.of('c', gives())).to.equal('token-2');
    expect(await tokens.of('c', gives(), 'token-2')).to.equal('token-3');
    expect(await tokens.of('c', gives(), 'token-2')).to.equal('token-3');
  });

  it('work on while Vault is away, until they end', async () => {
    await tokens.of('c', gives());
    at += 597_000;
    expect(await codeOf(tokens.of('c', fails('store_unavailable')))).to.equal('token-1');
    expect(await codeOf(tokens.of('c', fails('unauthenticated')))).to.equal('unauthenticated');
    at += 20_000;
    await tokens.of('c', gives());
    at += 600_000;
    expect(await codeOf(tokens.of('c', fails('store_unavailable')))).to.equal('store_unavailable');
    expect(await codeOf(tokens.of('cold', fails('store_unavailable')))).to.equal('store_unavailable');
  });

  it('of a login that is over are asked for once in a while only', async () => {
    expect(await codeOf(tokens.of('c', fails('unauthenticated')))).to.equal('unauthenticated');
    for (let times = 0; times < 50; times += 1)
      expect(await codeOf(tokens.of('c', fails('unauthenticated')))).to.equal(undefined);
    expect(asked).to.equal(1);
    at += 15_000;
    expect(await codeOf(tokens.of('c', fails('unauthenticated')))).to.equal('unauthenticated');
  });

  it('are ten thousand at most, and the cookie itself is not kept', async () => {
    const cookie = 'gdr_the-very-secret-cookie';
    await tokens.of(cookie, gives());
    for (let n = 0; n < 10_000; n += 1) await tokens.of(`c-${n}`, gives());
    const before = asked;
    await tokens.of('c-9999', gives());
    expect(asked).to.equal(before);
    await tokens.of(cookie, gives());
    expect(asked, 'the oldest went').to.equal(before + 1);
  });
});
