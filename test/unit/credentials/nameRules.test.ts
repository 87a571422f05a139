import { expect } from 'chai';
import type { z } from 'zod';
import { clearParagraph, credentialName, labels, line } from '../../../src/api/common.js';
import { SECRET_TEXTS } from '../../support/cases/freeTexts.js';

const wrong = (schema: z.ZodType, input: unknown): string | undefined =>
  schema.safeParse(input).error?.issues[0]?.message;

describe('a name', () => {
  const good = [
    'Production Proxmox',
    'lab/pve01',
    '@at',
    '-dash',
    'Größe 01',
    'Ελλάδα',
    'Москва red',
    'Прод кластер',
    '東京 lab',
    'ラボ',
    'naïve café',
    'team 👩‍🚀',
    'ok ✔️',
    'x (copy) [2] – «a»',
    'OpenAI №'.replace('№', 'no. 1'),
    'שלום',
    'مختبر',
    'हिन्दी',
    '한국어',
  ];
  for (const name of good)
    it(`may be ${name}`, () => {
      expect(wrong(credentialName, name)).to.equal(undefined);
    });

  const bad: [what: string, name: string, rule: RegExp][] = [
    ['a zero-width space', 'Prod\u200b', /invisible characters, such as U\+200B/],
    ['a braille blank', 'Prod\u2800', /U\+2800/],
    ['a soft hyphen', 'Pr\u00adod', /U\+00AD/],
    ['a Hangul filler', 'Prod\u3164', /U\+3164/],
    ['a combining joiner', 'Pr\u034fod', /U\+034F/],
    ['a variation selector', 'Prod\ufe01', /U\+FE01/],
    ['a byte order mark', 'Pr\ufeffod', /U\+FEFF/],
    ['a joiner between letters', 'Pr\u200dod', /U\+200D/],
    ['a no-break space', 'Prod\u00a0Proxmox', /U\+00A0/],
    ['an ideographic space', 'Prod\u3000Proxmox', /U\+3000/],
    ['an override of direction', 'Prod\u202etxt', /U\+202E/],
    ['a control character', 'Prod\u009b31m', /one line without control characters/],
    ['full width', 'Ｐrod', /ordinary characters: U\+FF30/],
    ['a ligature', 'oﬃce', /ordinary characters: U\+FB03/],
    ['mathematical letters', '𝐏rod', /ordinary characters: U\+1D40F/],
    ['Cyrillic among Latin', 'Prоxmox', /must not mix Latin and Cyrillic/],
    ['Greek among Latin', 'Οpenai', /must not mix Latin and Greek/],
    ['Cyrillic that all looks Latin', 'сора', /Cyrillic or Greek letters that all look like Latin/],
    ['Greek that all looks Latin', 'ΑΖΤ 01', /Cyrillic or Greek letters that all look like Latin/],
    ['a blank at its end', 'Prod ', /space/],
    ['a key', 'sk-ant-api03-abcdefgh', /must not contain an Anthropic key/],
  ];
  for (const [what, name, rule] of bad)
    it(`must not contain ${what}`, () => {
      expect(wrong(credentialName, name)).to.match(rule);
    });

  it('is one name in both Unicode forms', () => {
    expect(credentialName.parse('Gro\u0308ße'.normalize('NFD'))).to.equal('Größe');
    expect(credentialName.parse('Größe')).to.equal('Größe');
  });
});

describe('a text that is shown in clear', () => {
  it('holds no secret, whatever the field', () => {
    for (const text of Object.values(SECRET_TEXTS).flat()) {
      for (const schema of [line(5000), clearParagraph(5000)])
        expect(wrong(schema, `x ${text}`), text).to.match(/^must not contain .*; put it in a secret field/);
      expect(wrong(labels, { a: text }), text).to.match(/^must not contain/);
    }
    expect(wrong(labels, { ghp_abcdefghijklmnopqrstuvwxyz0123: 'x' })).to.not.equal(undefined);
  });

  it('holds nothing that steers a terminal or a page', () => {
    for (const letter of [
      '\u009b',
      '\u0085',
      '\u202e',
      '\u2066',
      '\u200f',
      '\u061c',
      '\u2028',
      '\u{e0041}',
      '\ufff9',
    ]) {
      expect(wrong(line(50), `a${letter}b`), letter).to.match(/control characters/);
      expect(wrong(clearParagraph(50), `a\n${letter}b`), letter).to.match(/control characters, such as U\+/);
      expect(wrong(labels, { a: letter })).to.match(/control characters/);
    }
    expect(wrong(clearParagraph(50), 'two\nlines\tand a tab')).to.equal(undefined);
  });
});
