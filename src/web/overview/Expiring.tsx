import { Link } from '@tanstack/react-router';
import type { CredentialSummary } from '../client/contract.js';
import { Moment } from '../parts/Moment.js';
import { useNow } from '../parts/time.js';
import classes from './Overview.module.css';

const MONTH_MS = 30 * 86_400_000;

/** What ends next, with the part of 30 days that is left. */
export function Expiring({ items }: { items: CredentialSummary['expiring'] }) {
  const now = useNow();
  return (
    <ul className={classes['list']}>
      {items.map(({ id, name, expires_at }) => {
        const left = Math.min(1, Math.max(0, (Date.parse(expires_at) - now) / MONTH_MS));
        return (
          <li key={id} className={classes['days']}>
            <Link to="/credentials/$id" params={{ id }} title={name}>
              {name}
            </Link>
            <div className={classes['bar']} aria-hidden="true">
              <div className={classes['left']} style={{ width: `${left * 100}%` }} />
            </div>
            <Moment at={expires_at} />
          </li>
        );
      })}
    </ul>
  );
}
