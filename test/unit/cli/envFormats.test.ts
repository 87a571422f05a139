import { expect } from 'chai';
import fc from 'fast-check';
import { formatVariables } from '../../../src/cli/environment/envFormats.js';
import { parseDotenv } from '../../../src/domain/imports/dotenv.js';
import { HARD_VARIABLES } from '../../support/cases/hardValues.js';

function throughDotenv(variables: Readonly<Record<string, string>>): Record<string, string | null> {
  const { entries, warnings } = parseDotenv(formatVariables(variables, 'dotenv').text);
  expect(warnings).to.deep.equal([]);
  return Object.fromEntries(entries.map((e) => [e.name, e.value]));
}

describe('variables as text', () => {
  it('come back from a .env as they were, whatever is in them', () => {
    expect(throughDotenv(HARD_VARIABLES)).to.deep.equal(HARD_VARIABLES);
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'\\\'"{$}:-#\r\n a') }),
    );
    fc.assert(
      fc.property(value, value, (A, B) => {
        expect(throughDotenv({ A, B })).to.deep.equal({ A, B });
      }),
    );
  });

  it('leave out, and name, what no shell takes for a name', () => {
    const { text, leftOut } = formatVariables({ 'a-b': 'x', '1A': 'x', OK: "it's" }, 'shell');
    expect(text).to.equal("export OK='it'\\''s'");
    expect(leftOut).to.deep.equal(['1A', 'a-b']);
  });

  it('are nothing where there are none', () => {
    expect(formatVariables({}, 'dotenv').text).to.equal('');
    expect(formatVariables({}, 'json').text).to.equal('{}');
  });
});
