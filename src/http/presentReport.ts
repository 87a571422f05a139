import { REPORT_LISTS, type ReportLine, type ReportList, reportInShort } from '../domain/report.js';
import type { StoredReport } from '../ports/reports.js';

export function presentReportHead(report: StoredReport): Record<string, unknown> {
  const { id, team, from, to, madeAt, madeBy } = report;
  return { id, team, from, to, made_at: madeAt, made_by: madeBy };
}

export function presentReport(report: StoredReport): Record<string, unknown> {
  return { ...presentReportHead(report), ...report.body };
}

export function presentReportSummary(report: StoredReport): Record<string, unknown> {
  return { ...presentReportHead(report), summary: reportInShort(report.body) };
}

const TITLES: Readonly<Record<ReportList, string>> = {
  broke: 'Broke',
  healed: 'Work again',
  broken_now: 'Broken now',
  expired: 'Ended',
  expiring: 'End within 30 days',
  rotation_due: 'To be rotated within 30 days',
  oldest_secrets: 'Oldest secrets',
  unused: 'Not used for 90 days',
  most_used: 'Most used',
  over_privileged: 'May do more than they need',
  drift: 'Changed in Vault without the broker',
};

/** One row a line; a cell that a spreadsheet would compute is made text. */
export function reportCsv({ body }: StoredReport): string {
  const rows = REPORT_LISTS.flatMap((list) =>
    body.lists[list].lines.map((one) => [list, one.id, one.name, one.service_type, one.owner, one.what]),
  );
  const head = ['list', 'id', 'name', 'service_type', 'owner', 'what'];
  return [head, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const STYLE = `body{margin:0;padding:16px;font:16px/1.45 system-ui,sans-serif;color:#1c1e21;background:#fff}
main{max-width:720px;margin:0 auto}h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:24px 0 8px}
p{margin:0 0 12px}.soft{color:#5a6068;font-size:14px}ul{list-style:none;margin:0;padding:0}
li{padding:8px 0;border-top:1px solid #e3e6ea;overflow-wrap:anywhere}li b{font-weight:600}`;

/** A page of its own for browsers and mail readers, good on a telephone. */
export function reportHtml(report: StoredReport): string {
  const { body, team, from, to } = report;
  const title = `Credentials of ${team === null ? 'all' : `team ${team}`}`;
  const sections = REPORT_LISTS.filter((list) => body.lists[list].count > 0).map((list) => {
    const { count, lines } = body.lists[list];
    const rest = count > lines.length ? `<p class="soft">… and ${count - lines.length} more</p>` : '';
    return `<h2>${TITLES[list]} (${count})</h2><ul>${lines.map(htmlLine).join('')}</ul>${rest}`;
  });
  const { totals, since_last: since } = body;
  const change = since === null ? '' : ` Broken since the last report: ${signed(since.broken)}.`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head><body><main>
<h1>${escaped(title)}</h1><p class="soft">${day(from)} to ${day(to)}</p>
<p>${escaped(reportInShort(body))}.${change}</p>
<p>${totals.tests_ok} of ${totals.tests} tests found them working; ${totals.uses} uses, ${totals.uses_failed} of them failed.</p>
${sections.join('\n')}</main></body></html>`;
}

function htmlLine({ name, service_type, owner, what }: ReportLine): string {
  return `<li><b>${escaped(name)}</b> <span class="soft">${escaped(service_type)}, ${escaped(owner)}</span><br>${escaped(what)}</li>`;
}

const day = (at: Date) => at.toISOString().slice(0, 10);
const signed = (count: number) => (count > 0 ? `+${count}` : String(count));

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
