import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useKeys } from '../../app/keys.js';
import type { ListedCredential } from '../../client/contract.js';
import { useSession } from '../../session/SessionGate.js';
import type { ListSearch } from '../listSearch.js';
import { BulkProgress } from './BulkProgress.js';
import { DisableDialog, LabelDialog, ReminderDialog, ShareDialog } from './bulkDialogs.js';
import { many } from './bulkWords.js';
import { DeleteManyDialog } from './DeleteManyDialog.js';
import classes from './SelectionBar.module.css';
import { useBulk } from './useBulk.js';

interface Props {
  selected: ReadonlySet<string>;
  /** All rows that are loaded. */
  shown: readonly ListedCredential[];
  search: ListSearch;
  clear(): void;
}

const DIALOGS = {
  label: LabelDialog,
  share: ShareDialog,
  reminder: ReminderDialog,
  disable: DisableDialog,
  delete: DeleteManyDialog,
} as const;
type DialogName = keyof typeof DIALOGS;

/** What can be done with the selected rows, or with all that match; it floats over the list, so that no row moves. */
export function SelectionBar({ selected, shown, search, clear }: Props) {
  const bulk = useBulk(selected, search);
  const [open, setOpen] = useState<DialogName>();
  useKeys([{ keys: 'Escape', label: 'Clear the selection', run: clear }]);
  const Dialog = open && DIALOGS[open];
  const items = bulk.isAll ? shown : shown.filter(({ id }) => selected.has(id));
  return (
    <>
      <section className={classes['bar']} aria-label="Selected credentials">
        <Text size="md" className={classes['count'] ?? ''} role="status">
          {bulk.isAll ? `All ${many(bulk.count)} that match` : `${bulk.count} selected`}
        </Text>
        {bulk.isAll ? (
          <Button size="compact-sm" variant="subtle" onClick={bulk.selectRows}>
            Only the selected rows
          </Button>
        ) : (
          <Button size="compact-sm" variant="subtle" loading={bulk.busy === 'count'} onClick={bulk.selectAll}>
            Select all that match
          </Button>
        )}
        <Acts bulk={bulk} open={setOpen} isDeleted={search.status === 'deleted'} />
        <Button size="compact-sm" variant="subtle" onClick={clear}>
          Clear
        </Button>
      </section>
      {Dialog && (
        <Dialog count={bulk.count} items={items} onAct={bulk.start} onClose={() => setOpen(undefined)} />
      )}
      {bulk.jobId !== undefined && (
        <BulkProgress
          key={bulk.jobId}
          id={bulk.jobId}
          onClose={(job) => {
            bulk.closeJob();
            // Rows that are deleted or restored are in another list now.
            if (job?.act === 'delete' || job?.act === 'restore') clear();
          }}
        />
      )}
    </>
  );
}

interface ActsProps {
  bulk: ReturnType<typeof useBulk>;
  open(dialog: DialogName): void;
  isDeleted: boolean;
}

function Acts({ bulk, open, isDeleted }: ActsProps) {
  const { role } = useSession();
  if (role === 'observer') return <Text size="md">Your role can only look.</Text>;
  const now = (act: 'test' | 'enable' | 'restore', word: string) => (
    <Button
      size="compact-sm"
      variant="default"
      loading={bulk.busy === act}
      onClick={() => bulk.startNow({ act })}
    >
      {word}
    </Button>
  );
  const ask = (dialog: DialogName, word: string) => (
    <Button size="compact-sm" variant="default" onClick={() => open(dialog)}>
      {word}
    </Button>
  );
  if (isDeleted) return now('restore', 'Restore');
  return (
    <>
      {now('test', 'Test')}
      {ask('label', 'Label…')}
      {ask('share', 'Share…')}
      {ask('reminder', 'Remind…')}
      {ask('disable', 'Disable…')}
      {now('enable', 'Enable')}
      {ask('delete', 'Delete…')}
    </>
  );
}
