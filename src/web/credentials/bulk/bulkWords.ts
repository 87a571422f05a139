import type { BulkJob, BulkRequest } from '../../client/contract.js';

/** One act, as it is sent. */
export type Act = Omit<BulkRequest, 'ids' | 'filter'>;

/** `1 credential`, `12 credentials`. */
export const many = (count: number): string =>
  count === 1 ? '1 credential' : `${count.toLocaleString('en')} credentials`;

/** The title of a job while it runs and afterwards. */
export const JOB_TITLES: Readonly<Record<BulkJob['act'], string>> = {
  test: 'Test',
  label: 'Label',
  grant: 'Share',
  reminder: 'Set reminders',
  disable: 'Disable',
  enable: 'Enable',
  delete: 'Delete',
  restore: 'Restore',
};

const DONE: Readonly<Record<BulkJob['act'], string>> = {
  test: 'work',
  label: 'labelled',
  grant: 'shared',
  reminder: 'changed',
  disable: 'disabled',
  enable: 'enabled',
  delete: 'deleted',
  restore: 'restored',
};

/** One line of numbers: `12 disabled · 1 failed · 3 left as they are`. */
export function countsLine({ act, done, failed, skipped, waiting }: BulkJob): string {
  const parts = [
    (done > 0 || failed + skipped + waiting === 0) && `${done} ${DONE[act]}`,
    failed > 0 && `${failed} failed`,
    skipped > 0 && `${skipped} left as they are`,
    waiting > 0 && `${waiting} to go`,
  ];
  return parts.filter((part) => part !== false).join(' · ');
}

/** Labels of lines `key=value`; null where one is none. */
export function labelsIn(text: string): Record<string, string> | null {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const pairs = lines.map((line) => [
    line.slice(0, line.indexOf('=')).trim(),
    line.slice(line.indexOf('=') + 1).trim(),
  ]);
  return lines.every((line) => line.indexOf('=') > 0) ? Object.fromEntries(pairs) : null;
}
