import { Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { HealthReport } from '../../../client/contract.js';
import { getHealth } from '../../../client/credentialParts.js';
import { wordOf } from '../../../parts/status.js';
import classes from './HealthStrip.module.css';
import { dayName, percent } from './healthWords.js';

type Day = HealthReport['days'][number];

/** One mark for each of the last 30 days, with what was found on hover, focus and tap; arrow keys move. */
export function HealthStrip({ id, revision }: { id: string; revision: number }) {
  const { data } = useQuery({
    queryKey: ['credential', id, 'health', revision],
    queryFn: ({ signal }) => getHealth(id, { signal }),
    placeholderData: (before) => before,
  });
  // It adds to what the page shows above; without it the page is complete.
  if (data === undefined) return <div className={classes['empty']} />;
  const { ratio } = data.uptime['30d'];
  return (
    <div className={classes['strip']}>
      <Days days={data.days} />
      <span className="dim">
        {ratio === null ? 'Not tested in the last 30 days' : `30 days, ${percent(ratio)} up`}
      </span>
    </div>
  );
}

function Days({ days }: { days: readonly Day[] }) {
  const [current, setCurrent] = useState(days.length - 1);
  const cells = useRef<HTMLDivElement>(null);
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(Math.max(current + step, 0), days.length - 1);
    setCurrent(next);
    cells.current?.querySelectorAll('button')[next]?.focus();
  };
  return (
    <div
      ref={cells}
      className={classes['days']}
      role="toolbar"
      aria-label="Health of the last 30 days"
      onKeyDown={onKey}
    >
      {days.map((day, index) => (
        <DayMark key={day.from} day={day} isCurrent={index === current} onFocus={() => setCurrent(index)} />
      ))}
    </div>
  );
}

function DayMark({ day, isCurrent, onFocus }: { day: Day; isCurrent: boolean; onFocus(): void }) {
  const { worst, ratio } = day;
  const text = `${dayName(day.from)}: ${worst === null ? 'not tested' : `${wordOf(worst)}, ${percent(ratio)} up`}`;
  return (
    <Tooltip label={text} events={{ hover: true, focus: true, touch: true }} withinPortal>
      <button
        type="button"
        className={classes['day']}
        data-worst={worst ?? 'none'}
        aria-label={text}
        tabIndex={isCurrent ? 0 : -1}
        onFocus={onFocus}
      />
    </Tooltip>
  );
}
