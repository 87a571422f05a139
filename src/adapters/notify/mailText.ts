import type { StoredNotice } from '../../domain/notices/channel.js';
import { countText, type Message } from '../../domain/notices/message.js';
import type { Severity } from '../../domain/notices/notice.js';
import { detailsOf } from '../../domain/notices/noticeDetails.js';
import { type Html, html, raw } from '../../domain/text/html.js';

const FOOT =
  'Sent by the Glassdome credential broker. To list all open notices: glassdome notices list. Notices about your own credentials are always sent to you; an admin decides about all others.';

export function plainOf({ subject, notices, counts, rest }: Message): string {
  const lines = notices.flatMap(({ notice, text }) => [
    `- [${notice.severity}] ${text}`,
    ...detailsOf(notice).map((detail) => `  ${detail.label}: ${detail.text}`),
  ]);
  const summary = rest === '' ? [] : [...counts.map((one) => `  ${countText(one)} [${one.severity}]`), ''];
  const more = rest === '' ? [] : ['', `… ${rest}`];
  return `${[subject, '', ...summary, ...lines, ...more, '', FOOT].join('\n')}\n`;
}

const COLOR: Readonly<Record<Severity, string>> = {
  info: '#0b5cad',
  warning: '#8a5a00',
  critical: '#b00020',
};

const NOTHING = raw('');
const HEAD = raw(
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"></head>',
);

/** Simple enough for any mail reader and for a telephone. */
export function htmlOf({ subject, notices, counts, rest }: Message): string {
  const rows = notices.map(({ notice, text }) => {
    const color = COLOR[notice.severity];
    return html`<p style="margin:0 0 10px;padding:8px 12px;border-left:4px solid ${color};background:#f6f7f9"><strong style="color:${color}">${notice.severity}</strong><br>${text}${detailLines(notice)}</p>`;
  });
  const summary =
    rest === ''
      ? NOTHING
      : html`${tableOf(counts)}<h2 style="font-size:16px;margin:0 0 12px">Most urgent</h2>`;
  const more = rest === '' ? NOTHING : html`<p style="margin:0 0 16px">… ${rest}</p>`;
  return html`${HEAD}<body style="margin:0;padding:16px;font-family:system-ui,sans-serif;font-size:16px;line-height:1.4;color:#1c1e21"><div style="max-width:600px;margin:0 auto"><h1 style="font-size:18px;margin:0 0 16px">${subject}</h1>${summary}${rows}${more}<p style="font-size:13px;color:#5a6068">${FOOT}</p></div></body></html>`
    .markup;
}

function detailLines(notice: StoredNotice): Html[] {
  return detailsOf(notice).map(({ label, text }) => {
    // A moment stays in one line.
    const shown = label === 'Since' ? html`<span style="white-space:nowrap">${text}</span>` : text;
    return html`<br><span style="font-size:14px;color:#5a6068">${label}: ${shown}</span>`;
  });
}

function tableOf(counts: Message['counts']): Html {
  const cell = 'padding:6px 12px 6px 0;border-bottom:1px solid #e3e5e8';
  const rows = counts.map((one) => {
    const [count = '', what = ''] = countText(one).split(' × ');
    return html`<tr><td style="${cell};text-align:right"><strong>${count}</strong></td><td style="${cell}">${what}</td><td style="${cell};color:${COLOR[one.severity]}">${one.severity}</td></tr>`;
  });
  return html`<table role="presentation" style="border-collapse:collapse;margin:0 0 20px">${rows}</table>`;
}
