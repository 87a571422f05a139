import { HEALTHS, type Health } from '../credentials/credential.js';
import { escapedHtml } from '../text/htmlText.js';
import { moment } from '../text/moment.js';
import { REPORT_LISTS, type ReportLine, type ReportList } from './report.js';
import {
  change,
  MOST_SHOWN,
  restWords,
  type ShownReport,
  TITLES,
  titleOf,
  userOf,
  wordsOf,
} from './reportWords.js';

/** Mail readers drop style sheets, so each element has its style with it. */
const BODY =
  'margin:0;padding:16px;background:#ffffff;color:#1c1e21;font:16px/1.45 -apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const SOFT = 'color:#5a6068;font-size:14px';
const TABLE = 'width:100%;border-collapse:collapse;table-layout:fixed';
const CELL =
  'padding:7px 0;border-top:1px solid #e3e6ea;vertical-align:top;overflow-wrap:anywhere;word-break:break-word';

const HEALTH_COLOR: Readonly<Record<Health, string>> = {
  ok: '#2e7d4f',
  limited: '#b7791f',
  rejected: '#b00020',
  unreachable: '#7b4bb3',
  unchecked: '#9aa1a9',
};

const GREY = '#9aa1a9';
const COLOR: Partial<Record<ReportList, string>> = {
  broke: HEALTH_COLOR.rejected,
  broken_now: HEALTH_COLOR.rejected,
  expired: HEALTH_COLOR.rejected,
  rotation_overdue: HEALTH_COLOR.rejected,
  healed: HEALTH_COLOR.ok,
  expiring: HEALTH_COLOR.limited,
  rotation_due: HEALTH_COLOR.limited,
  over_privileged: HEALTH_COLOR.limited,
  drift: HEALTH_COLOR.limited,
};

/** One page of these reports, for browsers and mail readers, good on a telephone. `above` are sentences before them. */
export function reportPage(reports: readonly ShownReport[], above: readonly string[] = []): string {
  const title = reports.map(titleOf).join(', ');
  return (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light">' +
    `<title>${escapedHtml(title)}</title></head>\n<body style="${BODY}"><div style="max-width:680px;margin:0 auto">\n` +
    above.map((text) => `<p style="margin:0 0 8px">${escapedHtml(text)}</p>\n`).join('') +
    `${reports.map(article).join('<hr style="border:0;border-top:3px solid #e3e6ea;margin:32px 0">\n')}` +
    `<p style="${SOFT};margin:28px 0 0">Made by the Glassdome credential broker.</p></div></body></html>\n`
  );
}

/** A moment that is not broken between its day, its time and its zone. */
const whole = (at: Date | string): string => unbroken(moment(at));

/** No line of a page ends within a moment of this text. */
const unbroken = (html: string): string =>
  html.replace(/(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC/g, '$1&nbsp;$2&nbsp;UTC');

function article(report: ShownReport): string {
  const { body, from, to } = report;
  const { since_last: last } = body;
  const shown = REPORT_LISTS.filter((list) => {
    const { count, compared } = body.lists[list];
    return count > 0 || (compared !== null && compared.gone > 0);
  });
  const none = REPORT_LISTS.filter((list) => !shown.includes(list)).map((list) => TITLES[list]);
  const since = last === null ? '' : `; compared with the report of ${whole(last.to)}`;
  return (
    `<h1 style="font-size:22px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere">${escapedHtml(titleOf(report))}</h1>\n` +
    `<p style="${SOFT};margin:0 0 16px">${whole(from)} to ${whole(to)}${since}</p>\n` +
    `${tiles(report)}${healthBar(report)}${tested(report)}` +
    shown.map((list) => section(report, list)).join('') +
    (none.length === 0 || body.totals.credentials === 0
      ? ''
      : `<p style="${SOFT};margin:28px 0 0">Nothing in: ${none.join(' · ')}</p>\n`)
  );
}

function tiles({ body }: ShownReport): string {
  const { totals, lists, since_last: last } = body;
  const before = last?.totals;
  const cells: [string, number, string][] = [
    [
      totals.credentials === 1 ? 'credential' : 'credentials',
      totals.credentials,
      change(totals.credentials, before?.credentials),
    ],
    ['not working now', totals.broken, change(totals.broken, before?.broken)],
    ['broke', lists.broke.count, ''],
    ['healed', lists.healed.count, ''],
  ];
  const row = cells.map(
    ([label, count, more]) =>
      '<td style="padding:10px 4px;text-align:center;background:#f4f5f7;border:2px solid #ffffff">' +
      `<span style="font-size:24px;font-weight:600">${count}</span>` +
      `${more === '' ? '' : ` <span style="${SOFT};white-space:nowrap">${more}</span>`}` +
      `<br><span style="${SOFT}">${label}</span></td>`,
  );
  return `<table role="presentation" style="${TABLE}"><tr>${row.join('')}</tr></table>\n`;
}

function healthBar({ body }: ShownReport): string {
  const { totals, since_last: last } = body;
  if (totals.credentials === 0) return '';
  const found = HEALTHS.filter((health) => totals.by_health[health] > 0);
  const bar = found.map((health) => {
    const share = (100 * totals.by_health[health]) / totals.credentials;
    return `<td style="width:${share.toFixed(2)}%;height:8px;padding:0;line-height:8px;font-size:1px;background:${HEALTH_COLOR[health]}">&nbsp;</td>`;
  });
  const words = HEALTHS.map((health) => {
    const more = change(totals.by_health[health], last?.totals.by_health[health]);
    return `<span style="white-space:nowrap"><span style="color:${HEALTH_COLOR[health]}">&#9632;</span> ${totals.by_health[health]} ${health}${more === '' ? '' : ` (${more})`}</span>`;
  });
  return (
    `<table role="presentation" style="${TABLE};margin:12px 0 6px"><tr>${bar.join('')}</tr></table>\n` +
    `<p style="${SOFT};margin:0 0 6px">${words.join(' &ensp;')}</p>\n`
  );
}

function tested({ body: { totals } }: ShownReport): string {
  const failed = totals.uses_failed === 0 ? '' : `, ${totals.uses_failed} of them failed`;
  return `<p style="${SOFT};margin:0">${totals.tests_ok} of ${totals.tests} tests found them working. Used ${totals.uses} times${failed}.</p>\n`;
}

function section({ body, to }: ShownReport, list: ReportList): string {
  const { count, lines, compared } = body.lists[list];
  const shown = lines.slice(0, MOST_SHOWN);
  const against =
    compared === null
      ? ''
      : [compared.new && `${compared.new} new`, compared.gone && `${compared.gone} gone`];
  const changed = [...against].filter(Boolean).join(', ');
  const gone = compared === null ? '' : goneWords(compared);
  return (
    `<h2 style="font-size:17px;line-height:1.3;margin:26px 0 6px;padding-left:10px;border-left:4px solid ${COLOR[list] ?? GREY}">${TITLES[list]} ` +
    `<span style="font-weight:400;color:#5a6068">${count}${changed === '' ? '' : ` (${changed})`}</span></h2>\n` +
    (lines.length === 0
      ? ''
      : `<table style="${TABLE}">${shown.map((one) => row(one, wordsOf(list, one, to))).join('\n')}</table>\n`) +
    [restWords(body.lists[list]), gone]
      .map((text) => (text === '' ? '' : `<p style="${SOFT};margin:6px 0 0">${escapedHtml(text)}</p>\n`))
      .join('')
  );
}

function goneWords({ gone, gone_names: names }: { gone: number; gone_names: string[] }): string {
  if (gone === 0) return '';
  const shown = names.slice(0, MOST_SHOWN);
  const rest = gone > shown.length ? ` and ${gone - shown.length} more` : '';
  return `No longer here: ${shown.join(', ')}${rest}`;
}

function row(line: ReportLine, words: string): string {
  const user = userOf(line);
  const fresh =
    line.new === true ? ' <span style="color:#0b5cad;font-size:13px;font-weight:600">new</span>' : '';
  return (
    `<tr><td style="${CELL};width:52%;padding-right:12px"><strong>${escapedHtml(line.name)}</strong>${fresh}<br>` +
    `<span style="${SOFT}">${escapedHtml(line.service_type)}, ${escapedHtml(line.owner)}</span></td>` +
    `<td style="${CELL}">${unbroken(escapedHtml(words))}${user === '' ? '' : `<br><span style="${SOFT}">${escapedHtml(user)}</span>`}</td></tr>`
  );
}
