import { Text } from '@mantine/core';
import { change } from '../../domain/reports/reportWords.js';
import type { Report } from '../client/contract.js';
import classes from './Reports.module.css';

type Numbers = Report['totals'];
const SHOWN: readonly (readonly [keyof Omit<Numbers, 'by_health'>, string])[] = [
  ['credentials', 'Credentials'],
  ['broken', 'Not working'],
  ['tests', 'Tests'],
  ['tests_ok', 'Tests that passed'],
  ['uses', 'Uses'],
  ['uses_failed', 'Uses that failed'],
];

/** The totals, each with its change since the report that is compared with. */
export function Totals({
  now,
  before,
  since,
}: {
  now: Numbers;
  before: Numbers | undefined;
  since: string | undefined;
}) {
  return (
    <div>
      <dl className={classes['totals']} aria-label="Totals">
        {SHOWN.map(([name, title]) => (
          <div key={name}>
            <dt className="dim">{title}</dt>
            <dd>
              {now[name]} <span className="dim">{change(now[name], before?.[name])}</span>
            </dd>
          </div>
        ))}
      </dl>
      {since !== undefined && (
        <Text size="sm" className="dim">
          Changes since the report that ended on {since.slice(0, 10)}.
        </Text>
      )}
    </div>
  );
}
