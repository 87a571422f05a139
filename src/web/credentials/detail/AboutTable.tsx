import type { ReactNode } from 'react';
import type { SeenCredential } from '../../client/contract.js';
import { Moment } from '../../parts/Moment.js';
import { nameOf } from '../principals.js';
import classes from './FieldTable.module.css';

/** Description, labels, variables and times; what is not set is left out. */
export function AboutTable({ credential }: { credential: SeenCredential }) {
  const { description, labels, env_names, rotation_interval_days: days } = credential;
  return (
    <table className={classes['table']}>
      <caption className="hidden">About it</caption>
      <tbody>
        {description !== '' && <Row title="Description">{description}</Row>}
        <Pairs title="Labels" map={labels} />
        <Pairs title="Variables" map={env_names} />
        {days !== null && (
          <Row title="Rotation">
            every {days} days, next <Moment at={credential.next_rotation_at} />
          </Row>
        )}
        <Row title="Next test">
          <Moment at={credential.next_test_at} none="not on schedule" />
        </Row>
        <Row title="Created">
          <Moment at={credential.created_at} /> by {nameOf(credential.created_by)}
        </Row>
        <Row title="Changed">
          <Moment at={credential.updated_at} /> by {nameOf(credential.updated_by)}
        </Row>
      </tbody>
    </table>
  );
}

function Row({ title, children }: { title: string; children: ReactNode }) {
  return (
    <tr>
      <th scope="row">{title}</th>
      <td>{children}</td>
    </tr>
  );
}

/** One pair on each line. */
function Pairs({ title, map }: { title: string; map: Readonly<Record<string, string>> }) {
  const pairs = Object.entries(map).sort(([a], [b]) => a.localeCompare(b));
  if (pairs.length === 0) return null;
  return (
    <Row title={title}>
      <span className="mono">{pairs.map(([key, value]) => `${key} = ${value}`).join('\n')}</span>
    </Row>
  );
}
