/** Values that are hard to quote. */
const VALUES = [
  `it's "quoted" \\ and # not a comment`,
  'two\nlines',
  'carriage\r\nreturn "and" \\n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what python-dotenv would replace
  '${HOME} and ${X:-y} and $HOME and `id` $(id)',
  ' blanks around ',
  'ends with \\',
  'é 世界 🙂',
  "'",
];

/** The same as variables `HARD_0`, `HARD_1` … */
export const HARD_VARIABLES: Readonly<Record<string, string>> = Object.fromEntries(
  VALUES.map((value, i) => [`HARD_${i}`, value]),
);
