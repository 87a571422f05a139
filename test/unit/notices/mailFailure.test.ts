import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createMailer, type SmtpOptions } from '../../../src/adapters/notify/mail.js';
import { messageOf } from '../../../src/domain/notices/message.js';
import { Secret } from '../../../src/domain/secret.js';
import { makeSelfSigned } from '../../support/services/selfSigned.js';

describe('A mail server', () => {
  const pair = makeSelfSigned();
  const servers: SMTPServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise<void>((done) => server.close(done));
  });

  async function start(options: SMTPServerOptions): Promise<number> {
    const server = new SMTPServer({ authOptional: true, ...options });
    server.on('error', () => {});
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return (server.server.address() as AddressInfo).port;
  }
  const send = async (change: Partial<SmtpOptions>, to = ['anna@lab.example']) =>
    createMailer({ host: '127.0.0.1', port: 1, tls: 'none', from: 'Broker <broker@lab.example>', ...change })(
      to,
      { ...messageOf('an-id', []), subject: 'a test' },
    );
  const answering = (responseCode: number) => Object.assign(new Error('no'), { responseCode });

  it('with a certificate of an unknown CA is reported as that, by STARTTLS and by TLS', async () => {
    const port = await start({ ...pair });
    expect((await send({ port, tls: 'starttls' })).code).to.equal('untrusted_certificate');
    const secure = await start({ ...pair, secure: true });
    expect((await send({ port: secure, tls: 'tls' })).code).to.equal('untrusted_certificate');
    expect((await send({ port: secure, tls: 'tls', caPem: pair.cert })).code).to.equal(null);
  });

  it('that is not there, offers no TLS or wants a login is reported as that', async () => {
    expect((await send({ port: 1 })).code).to.equal('refused');
    const plain = await start({ disabledCommands: ['STARTTLS', 'AUTH'] });
    expect((await send({ port: plain, tls: 'starttls' })).code).to.equal('tls_handshake');
    const closed = await start({
      disabledCommands: ['STARTTLS'],
      onMailFrom: (_address, _session, done) => done(answering(530)),
    });
    expect((await send({ port: closed })).code).to.equal('mail_login_missing');
  });

  it('that refuses the login, for now or for good, says which', async () => {
    const login = { user: 'broker', password: new Secret('wrong-password') };
    for (const [responseCode, code] of [
      [535, 'mail_login_refused'],
      [454, 'mail_login_unavailable'],
    ] as const) {
      const port = await start({
        ...pair,
        onAuth: (_auth, _session, done) => done(answering(responseCode)),
      });
      expect((await send({ port, tls: 'starttls', caPem: pair.cert, ...login })).code).to.equal(code);
    }
  });

  it('that refuses the sender, the recipients, the size or the message says which', async () => {
    const codeOf = async (options: SMTPServerOptions) =>
      (await send({ port: await start({ disabledCommands: ['STARTTLS', 'AUTH'], ...options }) })).code;
    expect(await codeOf({ onMailFrom: (_a, _s, done) => done(answering(553)) })).to.equal('sender_refused');
    expect(await codeOf({ onRcptTo: (_a, _s, done) => done(answering(550)) })).to.equal('address_refused');
    const refusing = (code: number) => ({
      onData: ((stream, _s, done) => {
        stream.resume();
        stream.on('end', () => done(answering(code)));
      }) as SMTPServerOptions['onData'],
    });
    expect(await codeOf(refusing(552) as SMTPServerOptions)).to.equal('message_too_large');
    expect(await codeOf(refusing(554) as SMTPServerOptions)).to.equal('mail_server_refused');
  });

  it('hears a full host name, and what it refuses is named as it was typed', async () => {
    const heard: string[] = [];
    const port = await start({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onMailFrom: (_address, session, done) => {
        heard.push(session.hostNameAppearsAs as string);
        done();
      },
      onRcptTo: ({ address }, _session, done) => {
        heard.push(address);
        done(address.startsWith('bad') ? answering(550) : null);
      },
    });
    const sent = await send({ port, name: 'broker.lab.example' }, [
      'anna@münchen.example',
      'bad@münchen.example',
    ]);
    expect(sent).to.deep.equal({ code: null, refused: ['bad@münchen.example'] });
    expect(heard).to.deep.equal(['broker.lab.example', 'anna@münchen.example', 'bad@münchen.example']);
  });

  it('takes a name beyond ASCII where it knows SMTPUTF8, and is named where it does not', async () => {
    const caught: string[] = [];
    const options: SMTPServerOptions = {
      disabledCommands: ['STARTTLS', 'AUTH'],
      onRcptTo: ({ address }, _session, done) => {
        caught.push(address);
        done();
      },
    };
    expect((await send({ port: await start(options) }, ['büro@lab.example'])).code).to.equal(null);
    expect(caught).to.deep.equal(['büro@lab.example']);
    const old = await start({
      ...options,
      hideSMTPUTF8: true,
      onRcptTo: (_address, _session, done) => done(answering(553)),
    });
    expect((await send({ port: old }, ['büro@lab.example'])).code).to.equal('address_needs_smtputf8');
  });
});
