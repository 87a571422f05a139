import { countText, type Message } from '../../domain/notices/message.js';
import type { PostRequest } from './post.js';
import { slackTook } from './receiverAnswers.js';

const MARK = { info: ':information_source:', warning: ':warning:', critical: ':rotating_light:' };

/** An incoming webhook's `text`, see docs.slack.dev. Names of credentials must not become mentions or links. */
export function slackRequest({ subject, notices, counts, rest }: Message): PostRequest {
  const lines = notices.map(({ notice, text }) => `${MARK[notice.severity]} ${escaped(text)}`);
  const all =
    rest === ''
      ? lines
      : [
          ...counts.map((one) => `${MARK[one.severity]} ${escaped(countText(one))}`),
          '',
          ...lines,
          `… ${rest}`,
        ];
  const text = [`*${escaped(subject)}*`, ...all].join('\n').slice(0, 39_000);
  return { body: JSON.stringify({ text, unfurl_links: false, unfurl_media: false }), took: slackTook };
}

/** Slack reads these three as markup; a `*` or `_` of a name only changes how it looks. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
