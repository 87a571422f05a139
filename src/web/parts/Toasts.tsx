import { Button, Notification } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import classes from './Toasts.module.css';
import { closeToast, currentToasts, onToasts } from './toasts.js';

/** The place of all toasts. Screen readers announce each. */
export function Toasts() {
  const toasts = useSyncExternalStore(onToasts, currentToasts);
  return (
    <div className={classes['corner']} role="status" aria-live="polite">
      {toasts.map(({ id, text, tone, action }) => (
        <Notification
          key={id}
          withBorder
          color={tone === 'done' ? 'indigo' : 'red'}
          onClose={() => closeToast(id)}
          closeButtonProps={{ 'aria-label': 'Close' }}
        >
          {text}
          {action !== undefined && (
            <Button
              ml="md"
              size="compact-sm"
              variant="default"
              onClick={() => {
                closeToast(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
        </Notification>
      ))}
    </div>
  );
}
