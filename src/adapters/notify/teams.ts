import type { Message } from '../../domain/message.js';
import type { PostRequest } from './post.js';

const COLOR = { info: 'default', warning: 'warning', critical: 'attention' };
/** Teams refuses more than 28 KB. */
const MOST_LINES = 40;

/** An adaptive card for a webhook of Teams' workflows. Its rich text knows no markup, so no name can become a link. */
export function teamsRequest({ subject, severity, notices }: Message): PostRequest {
  const line = (text: string, color: string, bold = false) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text, color, ...(bold && { weight: 'bolder' }) }],
  });
  const rest = notices.length - MOST_LINES;
  const body = [
    line(subject, COLOR[severity], true),
    ...notices.slice(0, MOST_LINES).map(({ notice, text }) => line(text, COLOR[notice.severity])),
    ...(rest > 0 ? [line(`… and ${rest} more`, 'default')] : []),
  ];
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body,
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', content };
  return { body: JSON.stringify({ type: 'message', attachments: [attachment] }) };
}
