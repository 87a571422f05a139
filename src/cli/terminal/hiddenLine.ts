import { StringDecoder } from 'node:string_decoder';

/** What is needed of a terminal's `process.stdin`. */
export type Keyboard = NodeJS.ReadableStream & { setRawMode(raw: boolean): unknown };

/** How a hidden line ended: with Enter, or with Ctrl-C or Ctrl-D in its place. */
export type HiddenLine = { text: string } | { cancelled: 'interrupt' | 'end' };

const PASTE_BEGINS = '\u001b[200~';
const PASTE_ENDS = '\u001b[201~';
const PASTE_MODE = { on: '\u001b[?2004h', off: '\u001b[?2004l' };
const ESCAPE = '\u001b';
/** What follows it for arrow keys and the like, whole or, at the end of what has arrived, half. */
const SEQUENCE = /^(?:[[O][0-9;?]*(?:[@-~]|$)|[^[O]|$)/;

/**
 * One line from the keyboard of which nothing is shown. A pasted text may have several lines: terminals mark where it
 * begins and ends, so that its line ends are not taken for Enter and its rest does not fall to the shell.
 */
export async function hiddenLine(
  question: string,
  keyboard: Keyboard,
  screen: NodeJS.WritableStream,
): Promise<HiddenLine> {
  // Before the question: a quick answer would be shown.
  keyboard.setRawMode(true);
  screen.write(question + PASTE_MODE.on);
  const keys = new Keys();
  const utf8 = new StringDecoder('utf8');
  try {
    return await new Promise<HiddenLine>((resolve) => {
      keyboard.on('data', (chunk: Buffer) => {
        const line = keys.take(utf8.write(chunk));
        if (line !== undefined) resolve(line);
      });
      keyboard.once('end', () => resolve({ cancelled: 'end' }));
      keyboard.resume();
    });
  } finally {
    keyboard.removeAllListeners('data').removeAllListeners('end');
    screen.write(PASTE_MODE.off);
    keyboard.setRawMode(false);
    keyboard.pause();
  }
}

/** What the keys typed so far come to. */
class Keys {
  #text = '';
  #waiting = '';

  /** The line, once it has ended. */
  take(chunk: string): HiddenLine | undefined {
    this.#waiting += chunk;
    while (this.#waiting !== '') {
      if (this.#waiting.startsWith(PASTE_BEGINS)) {
        if (!this.#pasted()) return undefined;
        continue;
      }
      const sequence = sequenceAt(this.#waiting);
      if (sequence === this.#waiting) return undefined;
      const key = sequence ?? String.fromCodePoint(this.#waiting.codePointAt(0) ?? 0);
      this.#waiting = this.#waiting.slice(key.length);
      const line = sequence === undefined ? this.#press(key) : undefined;
      if (line !== undefined) return line;
    }
    return undefined;
  }

  /** False while the end of the paste has not arrived. */
  #pasted(): boolean {
    const end = this.#waiting.indexOf(PASTE_ENDS);
    if (end < 0) return false;
    this.#text += this.#waiting.slice(PASTE_BEGINS.length, end).replace(/\r\n?/g, '\n');
    this.#waiting = this.#waiting.slice(end + PASTE_ENDS.length);
    return true;
  }

  #press(key: string): HiddenLine | undefined {
    if (key === '\r' || key === '\n') return { text: this.#text };
    if (key === '\u0003') return { cancelled: 'interrupt' };
    if (key === '\u0004' && this.#text === '') return { cancelled: 'end' };
    if (key === '\u007f' || key === '\b') this.#text = [...this.#text].slice(0, -1).join('');
    else if (key === '\u0015' || key === '\u0017') this.#text = '';
    else if (key >= ' ') this.#text += key;
    return undefined;
  }
}

function sequenceAt(text: string): string | undefined {
  return text.startsWith(ESCAPE) ? ESCAPE + (SEQUENCE.exec(text.slice(1))?.[0] ?? '') : undefined;
}
