import { HEALTHS, type Health } from '../credentials/credential.js';
import { type Html, html, raw } from '../text/html.js';
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

const NOTHING = raw('');
const HEAD = raw(
  '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light">',
);
const BETWEEN = '<hr style="border:0;border-top:3px solid #e3e6ea;margin:32px 0">\n';

/** One page of these reports, for browsers and mail readers, good on a telephone. `above` are sentences before them. */
export function reportPage(reports: readonly ShownReport[], above: readonly string[] = []): string {
  const title = reports.map(titleOf).join(', ');
  const sentences = above.map((text) => html`<p style="margin:0 0 8px">${text}</p>\n`);
  const articles = raw(reports.map(article).join(BETWEEN));
  return html`${HEAD}<title>${title}</title></head>
<body style="${BODY}"><div style="max-width:680px;margin:0 auto">
${sentences}${articles}<p style="${SOFT};margin:28px 0 0">Created by the Glassdome credential broker.</p></div></body></html>
`.markup;
}

/** A moment that is not broken between its day, its time and its zone. */
const whole = (at: Date | string): Html => unbroken(html`${moment(at)}`);

/** No line of a page ends within a moment of this text. */
const unbroken = ({ markup }: Html): Html =>
  raw(markup.replace(/(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC/g, '$1&nbsp;$2&nbsp;UTC'));

function article(report: ShownReport): Html {
  const { body, from, to } = report;
  const { since_last: last } = body;
  const shown = REPORT_LISTS.filter((list) => {
    const { count, compared } = body.lists[list];
    return count > 0 || (compared !== null && compared.gone > 0);
  });
  const none = REPORT_LISTS.filter((list) => !shown.includes(list)).map((list) => TITLES[list]);
  const since = last === null ? NOTHING : html`; compared with the report of ${whole(last.to)}`;
  const empty =
    none.length === 0 || body.totals.credentials === 0
      ? NOTHING
      : html`<p style="${SOFT};margin:28px 0 0">Nothing in: ${none.join(' · ')}</p>\n`;
  return html`<h1 style="font-size:22px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere">${titleOf(report)}</h1>
<p style="${SOFT};margin:0 0 16px">${whole(from)} to ${whole(to)}${since}</p>
${tiles(report)}${healthBar(report)}${tested(report)}${shown.map((list) => section(report, list))}${empty}`;
}

function tiles({ body }: ShownReport): Html {
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
  const row = cells.map(([label, count, more]) => {
    const changed = more === '' ? NOTHING : html` <span style="${SOFT};white-space:nowrap">${more}</span>`;
    return html`<td style="padding:10px 4px;text-align:center;background:#f4f5f7;border:2px solid #ffffff"><span style="font-size:24px;font-weight:600">${count}</span>${changed}<br><span style="${SOFT}">${label}</span></td>`;
  });
  return html`<table role="presentation" style="${TABLE}"><tr>${row}</tr></table>\n`;
}

function healthBar({ body }: ShownReport): Html {
  const { totals, since_last: last } = body;
  if (totals.credentials === 0) return NOTHING;
  const found = HEALTHS.filter((health) => totals.by_health[health] > 0);
  const bar = found.map((health) => {
    const share = (100 * totals.by_health[health]) / totals.credentials;
    return html`<td style="width:${share.toFixed(2)}%;height:8px;padding:0;line-height:8px;font-size:1px;background:${HEALTH_COLOR[health]}">&nbsp;</td>`;
  });
  const words = HEALTHS.map((health) => {
    const more = change(totals.by_health[health], last?.totals.by_health[health]);
    const changed = more === '' ? '' : ` (${more})`;
    return html`<span style="white-space:nowrap"><span style="color:${HEALTH_COLOR[health]}">&#9632;</span> ${totals.by_health[health]} ${health}${changed}</span>`;
  });
  return html`<table role="presentation" style="${TABLE};margin:12px 0 6px"><tr>${bar}</tr></table>
<p style="${SOFT};margin:0 0 6px">${raw(words.join(' &ensp;'))}</p>
`;
}

function tested({ body: { totals } }: ShownReport): Html {
  const failed = totals.uses_failed === 0 ? '' : `, ${totals.uses_failed} of them failed`;
  return html`<p style="${SOFT};margin:0">${totals.tests_ok} of ${totals.tests} tests succeeded. Used ${totals.uses} times${failed}.</p>\n`;
}

function section({ body, to }: ShownReport, list: ReportList): Html {
  const { count, lines, compared } = body.lists[list];
  const shown = lines.slice(0, MOST_SHOWN);
  const against =
    compared === null
      ? ''
      : [compared.new && `${compared.new} new`, compared.gone && `${compared.gone} gone`];
  const changed = [...against].filter(Boolean).join(', ');
  const gone = compared === null ? '' : goneWords(compared);
  const rows = raw(shown.map((one) => row(one, wordsOf(list, one, to))).join('\n'));
  const table = lines.length === 0 ? NOTHING : html`<table style="${TABLE}">${rows}</table>\n`;
  const notes = [restWords(body.lists[list]), gone]
    .filter((text) => text !== '')
    .map((text) => html`<p style="${SOFT};margin:6px 0 0">${text}</p>\n`);
  return html`<h2 style="font-size:17px;line-height:1.3;margin:26px 0 6px;padding-left:10px;border-left:4px solid ${COLOR[list] ?? GREY}">${TITLES[list]} <span style="font-weight:400;color:#5a6068">${count}${changed === '' ? '' : ` (${changed})`}</span></h2>
${table}${notes}`;
}

function goneWords({ gone, gone_names: names }: { gone: number; gone_names: string[] }): string {
  if (gone === 0) return '';
  const shown = names.slice(0, MOST_SHOWN);
  const rest = gone > shown.length ? ` and ${gone - shown.length} more` : '';
  return `No longer in this list: ${shown.join(', ')}${rest}`;
}

function row(line: ReportLine, words: string): Html {
  const user = userOf(line);
  const used = user === '' ? NOTHING : html`<br><span style="${SOFT}">${user}</span>`;
  const fresh =
    line.new === true
      ? html` <span style="color:#0b5cad;font-size:13px;font-weight:600">new</span>`
      : NOTHING;
  return html`<tr><td style="${CELL};width:52%;padding-right:12px"><strong>${line.name}</strong>${fresh}<br><span style="${SOFT}">${line.service_type}, ${line.owner}</span></td><td style="${CELL}">${unbroken(html`${words}`)}${used}</td></tr>`;
}
