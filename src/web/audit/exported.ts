import type { AuditPage } from '../client/contract.js';

type Rows = AuditPage['items'];

export const toJsonLines = (rows: Rows): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const COLUMNS = [
  'at',
  'actor',
  'action',
  'outcome',
  'code',
  'credential_id',
  'credential_name',
  'object',
  'version',
  'used_by',
  'purpose',
  'break_glass',
  'break_glass_reason',
  'request_id',
  'chain',
  'seq',
  'details',
] as const;

/** RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe. */
function cell(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

export const toCsv = (rows: Rows): string =>
  [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((name) => cell(row[name])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('');
