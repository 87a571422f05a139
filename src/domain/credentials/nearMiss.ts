/** The known word that `word` was probably meant to be, or undefined. For error texts: `did you mean "user"?`. */
export function nearMiss(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const scored = known.map((candidate) => ({
    candidate,
    distance: distanceOf(lower, candidate.toLowerCase()),
  }));
  const close = scored.filter(
    ({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)),
  );
  close.sort((a, b) => a.distance - b.distance);
  const begins = known.filter((candidate) => lower.startsWith(candidate) || candidate.startsWith(lower));
  return close[0]?.candidate ?? (lower.length >= 3 ? begins[0] : undefined);
}

/** Levenshtein distance: insertions, deletions and replacements from one word to the other. */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (to[j - 1] === letter ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
