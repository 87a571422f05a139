import type { StoredNotice } from '../../../domain/notices/channel.js';
import { SEVERITIES } from '../../../domain/notices/notice.js';
import { type Columns, select } from '../core/columns.js';

/** SQL that orders notices `n` by urgency, the most urgent highest. */
export const URGENCY = `array_position(array['${SEVERITIES.join("', '")}'], n.severity)`;

/** The columns of `broker.notifications`. The kind may be one that only a newer version knows. */
const NOTICE: Columns<StoredNotice> = {
  id: 'id',
  kind: 'kind',
  severity: 'severity',
  credentialId: 'credential_id',
  recipient: 'recipient',
  body: 'body',
  createdAt: 'created_at',
};

/** All columns of `broker.notifications n`, for a select. */
export const NOTICE_COLUMNS = select(NOTICE, 'n');
