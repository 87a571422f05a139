import { countText, type Message } from '../../domain/notices/message.js';
import type { PostRequest } from './post.js';
import { teamsTook } from './receiverAnswers.js';

const COLOR = { info: 'default', warning: 'warning', critical: 'attention' };
/** An adaptive card for a webhook of Teams' workflows. Its rich text knows no markup, so no name can become a link. */
export function teamsRequest({ subject, severity, notices, counts, rest }: Message): PostRequest {
  const line = (text: string, color: string, bold = false) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text, color, ...(bold && { weight: 'bolder' }) }],
  });
  const named = notices.map(({ notice, text }) => line(text, COLOR[notice.severity]));
  const summary = rest === '' ? [] : counts.map((one) => line(countText(one), COLOR[one.severity], true));
  const more = rest === '' ? [] : [line(`… ${rest}`, 'default')];
  const body = [line(subject, COLOR[severity], true), ...summary, ...named, ...more];
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body,
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', content };
  return { body: JSON.stringify({ type: 'message', attachments: [attachment] }), took: teamsTook };
}
