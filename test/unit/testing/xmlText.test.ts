import { expect } from 'chai';
import { xmlText } from '../../../src/connectors/common/xmlText.js';
import { expectNoBlowUp } from '../../support/patience.js';

describe('the text of an XML element', () => {
  it('is found by its local name, with entities as they are meant', () => {
    expect(xmlText('<r><Arn>arn:aws:iam</Arn></r>', 'Arn')).to.equal('arn:aws:iam');
    expect(xmlText('<s:Fault x="1">a &amp; b &#33;&#x21; &unknown;</s:Fault >', 'Fault')).to.equal(
      'a & b !! &unknown;',
    );
    expect(xmlText('<a>1</a><a>2</a>', 'a')).to.equal('1');
  });

  it('is nothing where the element is missing, or never ends', () => {
    expect(xmlText('<Arns>1</Arns>', 'Arn')).to.equal(undefined);
    expect(xmlText('<Arn>1', 'Arn')).to.equal(undefined);
  });

  it('does not hold the process up, whatever a host sends', () => {
    for (const piece of ['<Arn>', '</Arn', '<Arn ', '<a:', '<Arn><Arn x="', '</Arn   ', '&#x'])
      expectNoBlowUp(() => void xmlText(`<Arn>${piece.repeat(1_000_000 / piece.length)}`, 'Arn'), piece);
  });
});
