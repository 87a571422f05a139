import { expect } from 'chai';
import fc from 'fast-check';
import { safeCredentialPath, safeMount, safePath } from '../../../src/adapters/vault/connection/paths.js';
import { vaultPathFor } from '../../../src/domain/credentials/credential.js';
import { SERVICE_TYPES } from '../../../src/domain/credentials/serviceType.js';

const accepts = (check: (path: string) => string, path: string): boolean => {
  try {
    return check(path) === path;
  } catch {
    return false;
  }
};

describe('paths to Vault', () => {
  it('never widen: what is let through is the same path after a URL parser', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '%2e',
      '%2f',
      '/',
      '//',
      'a',
      'B-1',
      '?',
      '#',
      '\\',
      ';',
      ' ',
      '\t',
      'version=1',
      '&',
      '\u0000',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = pieces.join('');
        if (!accepts(safePath, path)) return;
        const parsed = new URL(`http://v/v1/${path}`);
        expect(`${parsed.pathname}${parsed.search}`).to.equal(`/v1/${path}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it('let through what the broker makes of any name', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SERVICE_TYPES),
        fc.string({ unit: 'binary' }),
        fc.uuid(),
        (type, name, id) => {
          const path = vaultPathFor(type, name, id);
          expect(safeCredentialPath(path)).to.equal(path);
          expect(safePath(`glassdome-credentials/data/${path}?version=3`)).to.contain(path);
        },
      ),
    );
  });

  it('name a mount by lower-case words only', () => {
    for (const mount of ['secret', 'glassdome-credentials', 'teams/broker_kv'])
      expect(safeMount(mount)).to.equal(mount);
    for (const mount of ['', '/a', 'a/', 'a//b', '..', 'A', 'a b', 'a.b'])
      expect(accepts(safeMount, mount), mount).to.equal(false);
  });
});
