import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadKeys, saveKeys } from '../../../local/files/keyFile.js';

describe("the file with the local Vault's unseal key", () => {
  const keys = { unsealKey: 'canary-unseal-key', rootToken: 'canary-root-token' };
  const passphrase = 'a passphrase of somebody';
  let folder: string;
  let path: string;
  const content = () => readFileSync(path, 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'broker-keys-'));
    path = join(folder, 'keys.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is for its owner alone, sealed or not', () => {
    for (const given of [undefined, passphrase]) {
      saveKeys(path, keys, given);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      expect(loadKeys(path, given)).to.deep.equal(keys);
    }
  });

  it('is nothing where there is no file yet', () => {
    expect(loadKeys(path, passphrase)).to.equal(undefined);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('shows no key once it is sealed, and is another text each time', () => {
    saveKeys(path, keys, passphrase);
    const first = content();
    expect(first).not.to.contain('canary');
    saveKeys(path, keys, passphrase);
    expect(content()).not.to.equal(first);
  });

  it('that is plain is sealed at the first start with a passphrase', () => {
    saveKeys(path, keys, undefined);
    expect(loadKeys(path, passphrase)).to.deep.equal(keys);
    expect(content()).not.to.contain('canary');
    expect(loadKeys(path, passphrase)).to.deep.equal(keys);
    expect(readdirSync(folder)).to.deep.equal(['keys.json']);
  });

  const refused: [string, string | undefined, RegExp][] = [
    ['without its passphrase', undefined, /Set GLASSDOME_ENCRYPTION_KEY to the value it was created with/],
    ['with another passphrase', 'a passphrase of nobody', /GLASSDOME_ENCRYPTION_KEY is not the one/],
  ];
  for (const [how, given, words] of refused) {
    it(`stops ${how}, in words, and leaves every byte`, () => {
      saveKeys(path, keys, passphrase);
      const before = content();
      expect(() => loadKeys(path, given))
        .to.throw(words)
        .with.property('message')
        .that.contains('Nothing was changed');
      expect([content(), readdirSync(folder)]).to.deep.equal([before, ['keys.json']]);
    });
  }

  it('stops where it was changed, and never quotes it', () => {
    saveKeys(path, keys, passphrase);
    const { sealed } = JSON.parse(content());
    const tag = Buffer.from(sealed.tag, 'base64');
    tag.writeUInt8((tag.at(0) ?? 0) ^ 1);
    writeFileSync(path, JSON.stringify({ sealed: { ...sealed, tag: tag.toString('base64') } }));
    expect(() => loadKeys(path, passphrase)).to.throw(/is not the one/);
    writeFileSync(path, 'canary-unseal-key');
    expect(() => loadKeys(path, passphrase))
      .to.throw(/is damaged/)
      .with.property('message')
      .that.does.not.contain('canary');
  });
});
