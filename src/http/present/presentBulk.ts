import type { z } from 'zod';
import type { bulkAnswer, bulkJob } from '../../api/lists/bulk.js';
import type { BulkItem } from '../../domain/bulk/bulk.js';
import type { SeenBulkJob } from '../../usecases/bulk/bulkJobs.js';
import { iso, isoOrNull } from './moments.js';

export function presentBulk({ job, counts }: SeenBulkJob): z.output<typeof bulkJob> {
  const { waiting, running, done, failed, skipped } = counts;
  return {
    id: job.id,
    act: job.order.act,
    state: job.state,
    total: waiting + running + done + failed + skipped,
    waiting: waiting + running,
    done,
    failed,
    skipped,
    started_at: iso(job.startedAt),
    ended_at: isoOrNull(job.endedAt),
  };
}

export const presentBulkItem = (item: BulkItem): z.output<typeof bulkAnswer>['items'][number] => ({
  credential_id: item.credentialId,
  name: item.name,
  state: item.state,
  code: item.code,
  detail: item.detail,
});
