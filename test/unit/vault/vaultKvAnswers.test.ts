import { expect } from 'chai';
import fc from 'fast-check';
import {
  cutCustomMetadata,
  joinFields,
  parseMetadata,
  parseVersion,
  parseWritten,
  splitFields,
} from '../../../src/adapters/vault/kv/kvAnswers.js';
import { Secret } from '../../../src/domain/secret.js';

describe('answers of KV v2', () => {
  it('are refused when they are not shaped as documented', () => {
    const odd = [
      undefined,
      null,
      {},
      { data: null },
      { data: { data: [], metadata: {} } },
      { data: { data: {}, metadata: { version: '1' } } },
    ];
    for (const body of odd) {
      for (const parse of [parseVersion, parseWritten, parseMetadata]) {
        expect(() => parse(body))
          .to.throw()
          .with.property('code', 'bad_store_answer');
      }
    }
  });

  it('give back every field that was put in, secret where it was secret', () => {
    const names = fc.uniqueArray(fc.string(), { maxLength: 6 });
    fc.assert(
      fc.property(names, names, fc.string(), (settings, secrets, value) => {
        const plain = settings.filter((name) => !secrets.includes(name));
        const values = {
          settings: Object.fromEntries(plain.map((name) => [name, value])),
          secrets: Object.fromEntries(secrets.map((name) => [name, new Secret(value)])),
        };
        const read = splitFields(JSON.parse(JSON.stringify(joinFields(values))), secrets);
        expect(Object.keys(read.settings).sort()).to.deep.equal([...plain].sort());
        expect(Object.keys(read.secrets).sort()).to.deep.equal([...secrets].sort());
        for (const name of secrets) expect(read.secrets[name]?.reveal()).to.equal(value);
      }),
    );
  });

  it('take custom metadata of at most 512 bytes a value, never ending inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 700, size: 'max' }), (text) => {
        const cut = cutCustomMetadata({ name: text })['name'] ?? '';
        expect(Buffer.byteLength(cut)).to.be.at.most(512);
        const printable = text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, ' ');
        expect(printable.startsWith(cut)).to.equal(true);
        expect(Buffer.from(cut, 'utf8').toString('utf8')).to.equal(cut);
        if (Buffer.byteLength(printable) <= 512) expect(cut).to.equal(printable);
      }),
    );
  });
});
