import type { Message } from '../../domain/message.js';

const FOOT = 'Sent by the Glassdome credential broker. An admin chooses what is sent here.';

export function plainOf({ subject, notices }: Message): string {
  const lines = notices.map(({ notice, text }) => `- [${notice.severity}] ${text}`);
  return `${[subject, '', ...lines, '', FOOT].join('\n')}\n`;
}

const COLOR = { info: '#0b5cad', warning: '#8a5a00', critical: '#b00020' };

/** Simple enough for any mail reader and for a telephone. */
export function htmlOf({ subject, notices }: Message): string {
  const rows = notices.map(
    ({ notice, text }) =>
      `<p style="margin:0 0 10px;padding:8px 12px;border-left:4px solid ${COLOR[notice.severity]};background:#f6f7f9">` +
      `<strong style="color:${COLOR[notice.severity]}">${notice.severity}</strong><br>${escaped(text)}</p>`,
  );
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width, initial-scale=1"></head>' +
    '<body style="margin:0;padding:16px;font-family:system-ui,sans-serif;font-size:16px;line-height:1.4;color:#1c1e21">' +
    `<div style="max-width:600px;margin:0 auto"><h1 style="font-size:18px;margin:0 0 16px">${escaped(subject)}</h1>` +
    `${rows.join('')}<p style="font-size:13px;color:#5a6068">${FOOT}</p></div></body></html>`
  );
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
