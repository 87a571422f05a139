import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listAudit } from '../client/audit.js';
import type { AuditPage } from '../client/contract.js';
import { Moment } from '../parts/Moment.js';
import { Problem } from '../parts/Problem.js';
import { useSession } from '../session/SessionGate.js';
import classes from './Overview.module.css';

const SHOWN = 6;

/** The newest rows of the audit that this person may see. */
export function Activity() {
  const { data, error, refetch } = useQuery({
    queryKey: ['audit', 'newest'],
    queryFn: ({ signal }) => listAudit({ limit: SHOWN }, { signal }),
  });
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={200} aria-label="Loading" />;
  if (data.items.length === 0) return <Text size="md">Nothing happened yet.</Text>;
  return (
    <>
      <ul className={classes['list']}>
        {data.items.map((row) => (
          <Row key={`${row.chain} ${row.seq}`} row={row} />
        ))}
      </ul>
      <Text size="sm" mt="sm">
        <Link to="/audit" search={{}}>
          Show the audit
        </Link>
      </Text>
    </>
  );
}

function Row({ row }: { row: AuditPage['items'][number] }) {
  const { actor, action, outcome, at, credential_name, object } = row;
  const about = credential_name ?? object;
  const { principal } = useSession();
  return (
    <li className={classes['event']} data-outcome={outcome}>
      <span>
        {actor === principal ? 'You' : actor.replace(/^local:/, '')} <span className="mono">{action}</span>{' '}
        {about !== null && <strong>{about}</strong>}
        {outcome !== 'allowed' && <span className={classes['outcome']}> {outcome}</span>}
      </span>
      <Moment at={at} />
    </li>
  );
}
