import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { hiddenLine } from '../../../src/cli/terminal/hiddenLine.js';

describe('a hidden line', () => {
  /** What comes of keys that arrive in these pieces. */
  async function typed(...chunks: (string | Buffer)[]) {
    const raw: boolean[] = [];
    const keyboard = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) });
    const screen = new PassThrough();
    const line = hiddenLine('Password: ', keyboard, screen);
    for (const chunk of chunks) keyboard.write(chunk);
    const result = await line;
    expect(raw, 'the terminal is left as it was').to.deep.equal([true, false]);
    return { result, screen: String(screen.read()) };
  }

  it('ends with Enter and shows nothing', async () => {
    const { result, screen } = await typed('s3c', 'ret\r');
    expect(result).to.deep.equal({ text: 's3cret' });
    expect(screen).to.equal('Password: \u001b[?2004h\u001b[?2004l');
  });

  it('takes corrections, and no arrow keys', async () => {
    expect(
      (await typed('wrong\u0015', 'secr\u{1F511}\u007f', '\u001b[D\u001bOC\u001b[1;5', 'Det\r')).result,
    ).to.deep.equal({
      text: 'secret',
    });
  });

  it('takes letters whose bytes arrive apart', async () => {
    const bytes = Buffer.from('pässword\r');
    expect((await typed(bytes.subarray(0, 2), bytes.subarray(2))).result).to.deep.equal({ text: 'pässword' });
  });

  it('takes a paste of several lines whole', async () => {
    const { result } = await typed('\u001b[2', '00~-----BEGIN\r\nabc\r', '-----END\u001b[20', '1~', '\r');
    expect(result).to.deep.equal({ text: '-----BEGIN\nabc\n-----END' });
  });

  it('tells Ctrl-C and Ctrl-D apart from an answer', async () => {
    expect((await typed('half\u0003')).result).to.deep.equal({ cancelled: 'interrupt' });
    expect((await typed('\u0004')).result).to.deep.equal({ cancelled: 'end' });
    expect((await typed('half\u0004\r')).result).to.deep.equal({ text: 'half' });
  });

  it('can follow another one at the same keyboard', async () => {
    const keyboard = Object.assign(new PassThrough(), { setRawMode: () => undefined });
    for (const text of ['first', 'second']) {
      const line = hiddenLine('', keyboard, new PassThrough());
      keyboard.write(`${text}\r`);
      expect(await line).to.deep.equal({ text });
    }
  });
});
