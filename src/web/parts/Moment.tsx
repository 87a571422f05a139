import { Tooltip } from '@mantine/core';
import { exact, relative, useNow } from './time.js';

/** A time as people say it, with the exact one on hover and focus. */
export function Moment({ at, none = '–' }: { at: string | null; none?: string }) {
  const now = useNow();
  if (at === null) return <span className="dim">{none}</span>;
  return (
    <Tooltip label={exact(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at}>{relative(at, now)}</time>
    </Tooltip>
  );
}
