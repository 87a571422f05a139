import type { Notice } from '../client/contract.js';

const SHOWN: Readonly<Record<Notice['severity'], readonly [glyph: string, word: string, colour: string]>> = {
  critical: ['✕', 'Critical', 'rejected'],
  warning: ['⚠', 'Warning', 'limited'],
  info: ['●', 'Info', 'idle'],
};

/** How urgent a notice is: by glyph, word and colour. */
export function Severity({ of }: { of: Notice['severity'] }) {
  const [glyph, word, colour] = SHOWN[of];
  return (
    <span style={{ color: `var(--page-${colour})`, whiteSpace: 'nowrap' }}>
      <span aria-hidden="true">{glyph}</span> {word}
    </span>
  );
}
