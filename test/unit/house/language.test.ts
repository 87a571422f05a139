import { expect } from 'chai';
import { readTexts, type SourceText, type SourceTexts } from '../../support/sourceTexts.js';

/** Words that this project does not use, and what it says instead (the glossary is in CONTRIBUTING.md). */
const AVOID: readonly [RegExp, string][] = [
  [/\b(tells?|told|telling)\b/i, 'report, return, show, notify'],
  [/\bstands\b/i, 'is in, is at'],
  [/\bmend(s|ed|ing)?\b/i, 'repair, fix'],
  [/\banew\b/i, 'again'],
  [/\b(un)?heed(s|ed|ing)?\b/i, 'support, accept, respect'],
  [/\b(whoever|whom|whomever|whatsoever)\b/i, 'the owner, the caller, the recipient'],
  [/\b(he|him|his|himself)\b/i, 'they, you'],
  [/\blies?\b/i, 'is stored, is in'],
  [/\bby (itself|themselves)\b/i, 'automatically'],
  [/\bof (its|their|his|one's|your|the broker's|a person's|somebody's) own\b/i, 'separate, its'],
  [/\bbeside\b/i, 'in addition to, next to'],
  [/\bso many\b/i, 'N'],
  [/\bsuch an?\b/i, 'this kind of'],
  [/\byou may not\b/i, 'permission denied'],
  [/\b(shut|shuts|shutting)( \w+)? out\b/i, 'block'],
  [/\bdoes not know that\b/i, 'not allowed, not found'],
  [/\bsomebody\b/i, 'a person, a user, another client'],
  [/something went wrong|went wrong on our side/i, 'Internal error'],
  [/\bspeaks? to\b/i, 'connects to'],
  [/\bway out\b/i, 'outbound access'],
  [/\bcounts? for nothing\b/i, 'is ignored'],
];

/** Legitimate uses, with the reason. */
const ALLOWED: readonly { text: RegExp; reason: string }[] = [];

/** Words in comments that are still there. This bound only falls. */
const IN_COMMENTS = 0;

describe('the language of the texts', () => {
  let texts: SourceTexts;
  before(function () {
    this.timeout(20_000);
    texts = readTexts(['src/', 'local/', 'migrations/']);
    expect(texts.strings.length).to.be.greaterThan(5_000);
  });

  const hits = (found: readonly SourceText[]) =>
    found.flatMap(({ path, line, text }) =>
      AVOID.filter(([word]) => word.test(text))
        .filter(() => !ALLOWED.some((allowed) => allowed.text.test(text)))
        .map(([word, better]) => `${path}:${line} ${word.exec(text)?.[0]} (${better}): ${text}`),
    );

  it('has none of the avoided words in a string', () => {
    expect(hits(texts.strings)).to.deep.equal([]);
  });

  it('has fewer and fewer of them in comments', () => {
    const found = hits(texts.comments);
    console.info(`      ${found.length} avoided words in comments (bound ${IN_COMMENTS})`);
    expect(found.length, found.slice(0, 20).join('\n')).to.be.at.most(IN_COMMENTS);
  });
});
