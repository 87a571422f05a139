/** The header with an admin's reason; none without one. */
export const reasonHeader = (reason: string | undefined): Record<string, string> =>
  reason === undefined ? {} : { 'X-Break-Glass-Reason': headerText(reason) };

/** Headers hold bytes: UTF-8, one character for each byte. */
const headerText = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));
