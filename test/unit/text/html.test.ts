import { expect } from 'chai';
import { html, raw } from '../../../src/domain/text/html.js';

describe('a template of HTML', () => {
  const texts = [
    '<script>x</script>',
    '"><img src=x onerror=y>',
    "' onmouseover='z",
    'a & b &amp; c',
    '</p>',
  ];

  for (const text of texts)
    it(`escapes ${text}, in a body and in an attribute`, () => {
      const { markup } = html`<p title="${text}">${text}</p>`;
      const inside = markup.slice('<p title="'.length, -'</p>'.length);
      expect(inside.split('">')).to.have.length(2);
      expect(inside.replace('">', '')).to.not.match(/[<>"']/);
      expect(inside.replaceAll(/&(amp|lt|gt|quot|#39);/g, '')).to.not.include('&');
    });

  it('keeps markup that it made, alone and in lists, and escapes nothing twice', () => {
    const items = ['a<b', 'c'].map((text) => html`<li>${text}</li>`);
    expect(html`<ul>${items}</ul>${html`<p>${'&'}</p>`}${3}`.markup).to.equal(
      '<ul><li>a&lt;b</li><li>c</li></ul><p>&amp;</p>3',
    );
  });

  it('takes markup as it is only from raw', () => {
    expect(html`${raw('<hr>')}${'<hr>'}`.markup).to.equal('<hr>&lt;hr&gt;');
  });
});
