import { expect } from 'chai';
import { inOneLine } from '../../../src/cli/commands/credentials/show.js';
import { fileHints } from '../../../src/cli/environment/fileHints.js';
import { makeSelfSigned } from '../../support/services/selfSigned.js';

describe('what the command line says', () => {
  it('of settings of several lines is one line', () => {
    const { cert } = makeSelfSigned();
    expect(inOneLine(cert)).to.match(/^1 certificate in PEM form, \d+ characters \(--json/);
    expect(inOneLine(cert + cert)).to.match(/^2 certificates/);
    expect(inOneLine('X-Key: {a}\r\nX-Kind: lab')).to.match(/^2 lines, /);
    expect([inOneLine('pve01'), inOneLine(8006), inOneLine('one\n')]).to.deep.equal(['pve01', 8006, 'one\n']);
  });

  it('of variables that lead to a file is how to store that file', () => {
    expect(fileHints(['PATH', 'constructor', 'KUBECONFIG']).join()).to.match(
      /KUBECONFIG points .* --kubeconfig @<file>/,
    );
    for (const name of ['GOOGLE_APPLICATION_CREDENTIALS', 'AWS_PROFILE', 'DOCKER_CERT_PATH'])
      expect(fileHints([name])).to.have.length(1);
  });
});
