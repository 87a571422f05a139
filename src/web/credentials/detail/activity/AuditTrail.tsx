import { Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { AuditRows } from '../../../audit/AuditRows.js';
import { listAudit } from '../../../client/audit.js';
import { Problem } from '../../../parts/Problem.js';
import { MoreRows } from './MoreRows.js';
import { usePages } from './usePages.js';

/** The rows of the audit about one credential, newest first. */
export function AuditTrail({ id }: { id: string }) {
  const { query, items } = usePages(['audit', 'credential', id], (ask, options) =>
    listAudit({ ...ask, credential_id: id }, options),
  );
  if (query.error !== null) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  if (items === undefined) return <Skeleton height={80} />;
  if (items.length === 0) return <Text size="md">You see no rows about it.</Text>;
  return (
    <>
      <AuditRows items={items} />
      <MoreRows query={query} />
      <Text size="sm" mt="sm">
        <Link to="/audit" search={{ credential_id: id }}>
          Filter and export in the audit
        </Link>
      </Text>
    </>
  );
}
