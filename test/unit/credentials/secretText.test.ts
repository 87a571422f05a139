import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { packageFile } from '../../../src/config/packageFiles.js';
import { envVocabulary } from '../../../src/connectors/envNames.js';
import { parseDotenv } from '../../../src/domain/imports/dotenv.js';
import { isQuotableField, quotedName, quotedPath } from '../../../src/domain/secrecy/quotable.js';
import { secretIn } from '../../../src/domain/secrecy/secretText.js';
import { HARMLESS, SECRET_TEXTS } from '../../support/cases/freeTexts.js';
import { expectNoBlowUp } from '../../support/patience.js';
import { makeSelfSigned } from '../../support/services/selfSigned.js';

describe('a secret in a text', () => {
  for (const [what, texts] of Object.entries(SECRET_TEXTS)) {
    for (const text of texts)
      it(`is found: ${what}: ${text.slice(0, 60)}`, () => {
        expect(secretIn(text)).to.equal(what);
        expect(secretIn(`before it ${text} and after it`), 'inside a sentence').to.not.equal(undefined);
      });
  }

  it(`is not seen in ${HARMLESS.length} texts that hold none`, () => {
    expect(HARMLESS.length).to.be.at.least(60);
    expect(HARMLESS.filter((text) => secretIn(text) !== undefined)).to.deep.equal([]);
    expect(
      HARMLESS.filter((text) => secretIn(`Note: ${text}. Since 2026-05-01.`) !== undefined),
    ).to.deep.equal([]);
  });

  it('is not seen in the settings of a .env of Glassdome', () => {
    const { entries } = parseDotenv(readFileSync(packageFile('test/fixtures/glassdome.env'), 'utf8'));
    const settings = entries.filter(({ name }) => {
      const meaning = envVocabulary.meaningOf(name);
      const plain = envVocabulary.plain.get(name.toUpperCase());
      return meaning === undefined
        ? plain?.secret !== true
        : !meaning.family.secretFields.includes(meaning.field);
    });
    expect(settings.length).to.be.above(30);
    expect(
      settings.filter(({ value }) => secretIn(value ?? '') !== undefined).map(({ name }) => name),
    ).to.deep.equal([]);
  });

  it('is not seen in certificates, however many', () => {
    const certificate = makeSelfSigned({ kind: 'RSA' }).cert;
    expect(secretIn(certificate)).to.equal(undefined);
    expect(secretIn(certificate.repeat(12))).to.equal(undefined);
  });

  it('is looked for in linear time, whatever the text', () => {
    const parts = [
      'password',
      '=',
      ':',
      '/',
      '@',
      '//',
      'a://',
      'x:',
      'Bearer ',
      'A',
      '0',
      ' ',
      ';',
      'eyJ',
      '.',
      '-',
      '%41',
      '?token=',
      '{"d":"',
      '"kty":',
    ];
    const long = parts.map((part) => part.repeat(Math.ceil(16_384 / part.length)));
    const pairs = parts.flatMap((a) => parts.map((b) => (a + b).repeat(Math.ceil(16_384 / (a + b).length))));
    for (const text of [...long, ...pairs]) expectNoBlowUp(() => void secretIn(text), text.slice(0, 40));
    fc.assert(fc.property(fc.array(fc.constantFrom(...parts)), (some) => void secretIn(some.join(''))));
  });
});

describe('what an error repeats of a request', () => {
  it('is a key that looks like the name of a field', () => {
    for (const key of ['colour', 'service_type', 'a.b-c', 'PROXMOX_HOST'])
      expect(isQuotableField(key), key).to.equal(true);
    const others = [
      '{"name":"x"}',
      'Winter 2031',
      'x'.repeat(40),
      'api_key=sk-abc',
      '',
      'MIIEvQIBADANBg',
      'Secret1',
      ...Object.values(SECRET_TEXTS).flat(),
    ];
    for (const key of others) expect(isQuotableField(key), key).to.equal(false);
    expect(quotedPath(['fields', 'host'])).to.equal('fields.host');
    expect(quotedPath(['items', 3, '{"a":1}'])).to.equal('items.3.(a key)');
  });

  it('is a name that looks like one', () => {
    for (const name of ['red', 'local:anna', 'Größe 01', 'service_account:celery'])
      expect(quotedName(name)).to.equal(`"${name}"`);
    for (const name of ['{"a":1}', 'x'.repeat(99), '', ...Object.values(SECRET_TEXTS).flat()])
      expect(quotedName(name)).to.equal('a text that is not repeated here');
  });
});
