import { expect } from 'chai';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';

type Account = Awaited<ReturnType<BrokerSystem['account']>>;
interface Asked {
  form?: string[][];
  json?: unknown;
  basic?: string;
  headers?: [string, string][];
}

/** The token endpoint, asked as libraries for OAuth 2 do that take RFC 6749 by the letter. */
describe('POST /api/auth/token', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let anna: SignedIn;
  let robot: Account;

  before(async () => {
    broker = await startBrokerSystem();
    anna = await broker.person('anna', 'engineer');
    robot = await broker.account(anna.token, 'robot');
  });
  after(() => broker.stop());

  const ask = async ({ form, json, basic, headers = [] }: Asked) => {
    const all = [...headers];
    if (basic !== undefined) all.push(['authorization', `Basic ${Buffer.from(basic).toString('base64')}`]);
    if (json !== undefined) all.push(['content-type', 'application/json']);
    else if (form !== undefined) all.push(['content-type', 'application/x-www-form-urlencoded']);
    const body =
      json !== undefined
        ? JSON.stringify(json)
        : new URLSearchParams(form as [string, string][] | undefined).toString();
    const answer = await fetch(`${broker.url}/api/auth/token`, { method: 'POST', headers: all, body });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  /** What section 5 of RFC 6749 demands of every answer; the error, or null and a token that works. */
  const strict = async (asked: Asked): Promise<[number, string | null]> => {
    const { status, headers, text } = await ask(asked);
    expect(headers.get('content-type')).to.match(/^application\/json(;|$)/);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(headers.get('pragma')).to.equal('no-cache');
    const body = JSON.parse(text);
    if (status === 200) {
      expect(body).to.include({ token_type: 'Bearer' });
      expect(body.expires_in).to.be.a('number').above(0);
      expect((await broker.call(body.access_token, 'GET', '/api/auth/me')).status).to.equal(200);
      return [200, null];
    }
    expect(body.error).to.match(/^[a-z_]+$/);
    expect(body.error_description).to.match(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(body).to.include.keys('code', 'detail', 'request_id', 'title');
    expect(body.status).to.equal(status);
    if (status === 401) expect(headers.get('www-authenticate')).to.match(/^Basic realm="/);
    return [status, body.error];
  };
  const grant = ['grant_type', 'client_credentials'];
  const encoded = (text: string) =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

  it('takes a client by HTTP Basic, also with each part encoded like a form', async () => {
    const { id, secret } = robot;
    for (const basic of [
      `${id}:${secret}`,
      `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`,
      `${encoded(id)}:${encoded(secret)}`,
    ])
      expect(await strict({ form: [grant], basic }), basic.slice(0, 4)).to.deep.equal([200, null]);
    const lower = `basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    expect(await strict({ form: [grant], headers: [['authorization', lower]] })).to.deep.equal([200, null]);
    expect(await strict({ form: [grant, ['client_id', id]], basic: `${id}:${secret}` })).to.deep.equal([
      200,
      null,
    ]);
  });

  it('takes a client in the form, and JSON as before', async () => {
    const client = [
      ['client_id', robot.id],
      ['client_secret', robot.secret],
    ];
    expect(await strict({ form: [grant, ...client] })).to.deep.equal([200, null]);
    const json = { grant_type: 'client_credentials', client_id: robot.id, client_secret: robot.secret };
    expect((await ask({ json })).status).to.equal(200);
    const wrong = await ask({ json: { ...json, scope: 'x' } });
    expect([wrong.status, wrong.headers.get('content-type')]).to.deep.equal([
      400,
      'application/problem+json; charset=utf-8',
    ]);
    expect(JSON.parse(wrong.text)).to.include({ code: 'invalid_request', error: 'invalid_request' });
  });

  it('ignores what it does not know, and takes empty parameters for absent ones', async () => {
    const basic = `${robot.id}:${robot.secret}`;
    for (const more of [
      [['scope', 'read write']],
      [
        ['resource', 'https://a.lab'],
        ['resource', 'https://b.lab'],
        ['audience', 'x'],
      ],
      [
        ['client_secret', ''],
        ['client_id', ''],
        ['scope', ''],
      ],
      [
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ],
    ])
      expect(await strict({ form: [grant, ...more], basic }), String(more)).to.deep.equal([200, null]);
  });

  it('names what is wrong with a word that libraries know', async () => {
    const { id, secret } = robot;
    const wrong = `gdsa_${'w'.repeat(43)}`;
    const cases: [Asked, number, string][] = [
      [{ form: [grant], basic: `${id}:${wrong}` }, 401, 'invalid_client'],
      [{ form: [grant], basic: `nobody:${wrong}` }, 401, 'invalid_client'],
      [{ form: [grant, ['client_id', id], ['client_secret', wrong]] }, 401, 'invalid_client'],
      [{ form: [grant] }, 401, 'invalid_client'],
      [{ form: [grant, ['client_secret', secret]], basic: `${id}:${secret}` }, 400, 'invalid_request'],
      [{ form: [grant, ['client_id', 'other']], basic: `${id}:${secret}` }, 400, 'invalid_request'],
      [{ form: [], basic: `${id}:${secret}` }, 400, 'invalid_request'],
      [{ form: [grant, grant], basic: `${id}:${secret}` }, 400, 'invalid_request'],
      [{ form: [grant], basic: `${id}${secret}` }, 400, 'invalid_request'],
      [{ form: [grant], basic: `${id}:%zz${secret}` }, 400, 'invalid_request'],
      [
        { form: [grant], headers: [['authorization', `Basic §${id}`.replace('§', '*')]] },
        400,
        'invalid_request',
      ],
      [
        {
          form: [
            ['grant_type', 'password'],
            ['username', 'u'],
            ['password', secret],
          ],
        },
        400,
        'unsupported_grant_type',
      ],
      [{ form: [['grant_type', `x${secret}`]], basic: `${id}:${secret}` }, 400, 'unsupported_grant_type'],
      [
        {
          form: [
            ['grant_type', 'refresh_token'],
            ['refresh_token', `gdr_${secret}`],
          ],
        },
        400,
        'invalid_grant',
      ],
      [{ form: [grant, ['x', 'y'.repeat(9_000)]], basic: `${id}:${secret}` }, 413, 'invalid_request'],
      [
        { form: Array.from({ length: 1_500 }, (_, n) => [`p${n}`, '']), basic: `${id}:${secret}` },
        413,
        'invalid_request',
      ],
    ];
    for (const [asked, status, error] of cases)
      expect(await strict(asked), JSON.stringify(asked).slice(0, 80)).to.deep.equal([status, error]);
  });

  it('repeats no secret, whatever is wrong', async () => {
    const { id, secret } = robot;
    for (const asked of [
      { form: [['grant_type', secret]] },
      { form: [grant, [secret, 'x']], basic: `${secret}:${secret}` },
      { form: [grant], basic: `${id}:${secret}${secret.repeat(9)}` },
      { form: [grant, ['client_id', secret]], basic: `${id}:${secret}` },
      { json: { grant_type: secret, [secret]: secret } },
      { json: [secret] },
    ]) {
      const { status, text, headers } = await ask(asked);
      expect(status).to.be.within(400, 499);
      expect(text + JSON.stringify([...headers])).not.to.contain(secret);
    }
  });

  it('renews a login by a form; an ended one is a wrong grant', async () => {
    const form = [
      ['grant_type', 'refresh_token'],
      ['refresh_token', anna.refreshToken],
    ];
    expect(await strict({ form })).to.deep.equal([200, null]);
    const ended = { refresh_token: anna.refreshToken };
    expect((await broker.call(anna.token, 'POST', '/api/auth/logout', ended)).status).to.equal(204);
    expect(await strict({ form })).to.deep.equal([400, 'invalid_grant']);
    const json = { grant_type: 'refresh_token', refresh_token: anna.refreshToken };
    expect((await ask({ json })).status).to.equal(401);
  });
});
