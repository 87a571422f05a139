import { Link } from '@tanstack/react-router';
import { HEALTHS } from '../../domain/credentials/credential.js';
import type { CredentialSummary } from '../client/contract.js';
import { serviceName } from '../credentials/services.js';
import { StatusMark, wordOf } from '../parts/status.js';
import classes from './Overview.module.css';

type Health = (typeof HEALTHS)[number];

/** How many credentials of each service are in which state; each number opens its list. */
export function HealthMatrix({ groups }: { groups: CredentialSummary['groups'] }) {
  const services = groups.flatMap((group) => group.service_types);
  return (
    <table className={classes['matrix']} aria-label="Health by service">
      <thead>
        <tr>
          <th scope="col">Service</th>
          {HEALTHS.map((health) => (
            <th key={health} scope="col">
              <StatusMark status={health} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {services.map(({ service_type: type, health: counts }) => (
          <tr key={type}>
            <th scope="row">
              <Link to="/credentials" search={{ type }}>
                {serviceName(type)}
              </Link>
            </th>
            {HEALTHS.map((health) => (
              <Count key={health} {...{ type, health }} count={counts[health]} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Service = CredentialSummary['groups'][number]['service_types'][number]['service_type'];

function Count({ type, health, count }: { type: Service; health: Health; count: number }) {
  if (count === 0)
    return (
      <td className="dim">
        <span aria-hidden="true">·</span>
        <span className="hidden">none</span>
      </td>
    );
  return (
    <td>
      <Link
        to="/credentials"
        search={{ type, health }}
        aria-label={`${count} ${wordOf(health)}, ${serviceName(type)}`}
      >
        {count}
      </Link>
    </td>
  );
}
