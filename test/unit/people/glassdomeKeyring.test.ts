import { expect } from 'chai';
import { GlassdomeKeyring } from '../../../src/adapters/vault/people/glassdomeKeyring.js';
import { GlassdomeKeyRefused } from '../../../src/adapters/vault/people/glassdomeKeys.js';
import { BrokerError } from '../../../src/domain/errors.js';
import { Secret } from '../../../src/domain/secret.js';
import { FakeTimers } from '../../support/fakeTimers.js';
import { rememberingLog } from '../../support/services/vaultSetup.js';

const away = () => Promise.reject(new BrokerError('store_unavailable', { detail: 'away' }));
const holding = (...keys: string[]) => Promise.resolve(keys.map((key) => new Secret(key)));

describe("Glassdome's keys from Vault", () => {
  function ring(answers: (() => Promise<readonly Secret[]>)[], fixed: string[] = []) {
    const timers = new FakeTimers();
    const log = rememberingLog();
    const read = () => (answers.length > 1 ? answers.shift() : answers[0])?.() ?? away();
    const keyring = new GlassdomeKeyring({ fixed, read, timers, log });
    const texts = () => keyring.keys().map((key) => key.export().toString());
    return { keyring, timers, log, texts };
  }

  it('are none while Vault is away, never a default, and there soon after it is back', async () => {
    const { keyring, timers, texts } = ring([away, away, () => holding('a')]);
    await keyring.start();
    expect(texts()).to.deep.equal([]);
    await timers.advance(2_000);
    expect(texts()).to.deep.equal([]);
    await timers.advance(2_000);
    expect(texts()).to.deep.equal(['a']);
  });

  it('are known within a minute of a change, beside those of files', async () => {
    const { keyring, timers, texts } = ring([() => holding('a'), () => holding('b', 'a')], ['file']);
    await keyring.start();
    expect(texts()).to.deep.equal(['file', 'a']);
    await timers.advance(60_000);
    expect(texts()).to.deep.equal(['file', 'b', 'a']);
  });

  it('stay as they were while Vault is away later, and while a key there must not be trusted', async () => {
    const refused = () => Promise.reject(new GlassdomeKeyRefused('published_default'));
    const { keyring, timers, log, texts } = ring([() => holding('a'), away, refused]);
    await keyring.start();
    await timers.advance(60_000);
    await timers.advance(2_000);
    expect(texts()).to.deep.equal(['a']);
    expect(log.lines.map((line) => line.event)).to.deep.equal(['glassdome_key_refused']);
  });

  it('keep the broker from starting with the published one', async () => {
    const { keyring } = ring([() => Promise.reject(new GlassdomeKeyRefused('published_default'))]);
    const outcome = await keyring.start().catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(GlassdomeKeyRefused);
  });
});
