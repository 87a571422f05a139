import classes from './status.module.css';

/** What a row shows: the health, or why it is not tested. */
export type Status =
  | 'ok'
  | 'limited'
  | 'rejected'
  | 'unreachable'
  | 'unchecked'
  | 'paused'
  | 'deleted'
  | 'running';

/** Each state has its glyph, its word and its colour: never colour alone. */
const SHOWN: Readonly<Record<Status, readonly [glyph: string, word: string, colour: string]>> = {
  ok: ['●', 'Works', 'ok'],
  limited: ['◐', 'Limited', 'limited'],
  rejected: ['✕', 'Rejected', 'rejected'],
  unreachable: ['⚠', 'Unreachable', 'unreachable'],
  unchecked: ['○', 'Never tested', 'idle'],
  paused: ['‖', 'Disabled', 'idle'],
  deleted: ['␡', 'Deleted', 'idle'],
  running: ['◌', 'Testing', 'running'],
};

export const wordOf = (status: Status): string => SHOWN[status][1];

export function statusOf(credential: { status: string; health: Status }): Status {
  if (credential.status === 'disabled') return 'paused';
  return credential.status === 'active' || credential.status === 'pending' ? credential.health : 'deleted';
}

/** The glyph of a state; with `withWord` the word beside it, else for screen readers only. */
export function StatusMark({ status, withWord = false }: { status: Status; withWord?: boolean }) {
  const [glyph, word, colour] = SHOWN[status];
  return (
    <span className={classes['mark']} style={{ color: `var(--page-${colour})` }} title={word}>
      <span aria-hidden="true" className={classes['glyph']}>
        {glyph}
      </span>
      <span className={withWord ? undefined : 'hidden'}>{word}</span>
    </span>
  );
}
