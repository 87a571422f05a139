import type { Message } from '../../domain/notices/message.js';
import { reportPage } from '../../domain/reports/reportPage.js';
import { reportText } from '../../domain/reports/reportText.js';
import type { Ports } from '../../ports/ports.js';
import type { StoredReport } from '../../ports/reports.js';

/** A message that announces reports, with a full page of them; its other notices are above it as sentences. */
export async function withReports({ reports }: Pick<Ports, 'reports'>, message: Message): Promise<Message> {
  const found: StoredReport[] = [];
  const above: string[] = [];
  for (const { notice, text } of message.notices) {
    const id = notice.body['report'];
    const report = typeof id === 'string' ? await reports.report(id) : null;
    if (report === null) above.push(`[${notice.severity}] ${text}`);
    else found.push(report);
  }
  if (found.length === 0) return message;
  if (message.rest !== '') above.push(message.rest);
  return { ...message, page: { html: reportPage(found, above), text: reportText(found, above) } };
}
