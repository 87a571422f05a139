import { expect } from 'chai';
import { createNotifier } from '../../../src/adapters/notify/notifier.js';
import { messageOf } from '../../../src/domain/notices/message.js';
import { Secret } from '../../../src/domain/secret.js';
import type { Outbound } from '../../../src/ports/testing.js';
import { systemClock } from '../../support/services/testOutbound.js';

describe('what is posted to', () => {
  const asked: string[] = [];
  const outbound = {
    open: () => ({
      send: async ({ url }: { url: URL }) => {
        asked.push(url.host);
        return { status: 200, headers: {}, body: '' };
      },
      close: async () => {},
    }),
  } as unknown as Outbound;
  const codeOf = async (url: string, allowPlain = false) => {
    const notifier = createNotifier({ outbound, clock: systemClock, allowPlain });
    const target = { url: new Secret(url) };
    const { code } = await notifier.send('webhook', target, messageOf('an-id', []));
    expect(notifier.never(target)).to.equal(code);
    return code;
  };
  beforeEach(() => {
    asked.length = 0;
  });

  it('is no port of another kind of service, whatever is allowed', async () => {
    for (const url of ['https://lab.example:22/x', 'http://127.0.0.1:6379', 'https://lab.example:8200'])
      expect(await codeOf(url, true)).to.equal('denied_port');
    expect(asked).to.deep.equal([]);
  });

  it('is plain on loopback, and beyond only where that is allowed', async () => {
    for (const url of ['http://lab.example/x', 'http://127.0.0.1.lab.example/x', 'http://10.0.0.1/x'])
      expect(await codeOf(url)).to.equal('plain_http');
    expect(asked).to.deep.equal([]);
    for (const url of ['http://127.0.0.1:9999/x', 'http://localhost:9999/x', 'http://[::1]:9999/x'])
      expect(await codeOf(url)).to.equal(null);
    expect(await codeOf('http://lab.example/x', true)).to.equal(null);
    expect(asked).to.have.length(4);
  });
});
