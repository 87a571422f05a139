/** `99.2 %`; what is less than all is never shown as 100 %. */
export function percent(ratio: number | null): string {
  if (ratio === null) return '–';
  const shown = ratio === 1 ? '100' : (Math.floor(ratio * 1000) / 10).toFixed(1);
  return `${shown} %`;
}

const words = new Intl.DateTimeFormat('en', { weekday: 'short', day: 'numeric', month: 'short' });
/** The day on which 24 hours began: `Mon, Nov 30`. */
export const dayName = (from: string): string => words.format(new Date(from));
