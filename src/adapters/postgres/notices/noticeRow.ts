import type { StoredNotice } from '../../../domain/notices/channel.js';
import type { NoticeCount } from '../../../domain/notices/message.js';
import { SEVERITIES } from '../../../domain/notices/notice.js';
import type { Row } from '../core/pools.js';

/** SQL that orders notices `n` by urgency, the most urgent highest. */
export const URGENCY = `array_position(array['${SEVERITIES.join("', '")}'], n.severity)`;

/** The notice of a row that has all its columns. Its kind may be one that only a newer version knows. */
export function toNotice(row: Row): StoredNotice {
  return {
    id: row['id'],
    kind: row['kind'],
    severity: row['severity'],
    credentialId: row['credential_id'],
    recipient: row['recipient'],
    body: row['body'],
    createdAt: row['created_at'],
  } as StoredNotice;
}

export function toCount(row: Row): NoticeCount {
  return { kind: row['kind'], severity: row['severity'], count: Number(row['count']) } as NoticeCount;
}
