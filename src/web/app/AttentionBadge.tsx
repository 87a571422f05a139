import { useQuery } from '@tanstack/react-query';
import { getSummary } from '../client/overview.js';
import classes from './Frame.module.css';

const EVERY_MS = 60_000;

/** How many credentials need attention, at the entry of the list; nothing where none does. */
export function AttentionBadge() {
  const { data } = useQuery({
    queryKey: ['summary'],
    queryFn: ({ signal }) => getSummary({ signal }),
    refetchInterval: EVERY_MS,
  });
  if (data === undefined || data.attention === 0) return null;
  return (
    <b className={classes['badge']}>
      {data.attention > 99 ? '99+' : data.attention}
      <span className="hidden"> need attention</span>
    </b>
  );
}
