/** `2027-03-08 06:00 UTC`. */
export const moment = (at: Date | string): string => {
  const text = typeof at === 'string' ? at : at.toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
};
