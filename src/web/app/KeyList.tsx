import '@mantine/core/styles/Kbd.css';
import { Kbd, Modal, Stack, Title } from '@mantine/core';
import { DataTable } from '../parts/DataTable.js';
import { knownKeys } from './keys.js';

/** The keys of the list of credentials, for where the list is not open. */
const LIST_KEYS: readonly (readonly [string, string])[] = [
  ['/', 'Search'],
  ['j', 'Next credential'],
  ['k', 'Previous credential'],
  ['Enter', 'Open'],
  ['x', 'Select'],
  ['t', 'Test'],
  ['n', 'Add a credential'],
];

/** What each key does: everywhere and on this page, then in the list of credentials. */
export function KeyTables() {
  const here = knownKeys().map(({ keys, label }) => [keys, label] as const);
  const known = new Set(here.map(([keys]) => keys));
  const others = LIST_KEYS.filter(([keys]) => !known.has(keys));
  return (
    <Stack gap="md">
      <KeyTable title="Here" rows={[...here, ['Ctrl K', 'Search or run a command']]} />
      {others.length > 0 && <KeyTable title="In the list of credentials" rows={others} />}
    </Stack>
  );
}

function KeyTable({ title, rows }: { title: string; rows: readonly (readonly [string, string])[] }) {
  return (
    <div>
      <Title order={3}>{title}</Title>
      <DataTable label={`Keys: ${title}`} columns={['Key', 'What it does']}>
        {rows.map(([keys, label]) => (
          <tr key={keys}>
            <td>
              {keys.split(' ').map((key) => (
                <Kbd key={key} mr={4}>
                  {key}
                </Kbd>
              ))}
            </td>
            <td>{label}</td>
          </tr>
        ))}
      </DataTable>
    </div>
  );
}

export function KeyList({ onClose }: { onClose(): void }) {
  return (
    <Modal opened onClose={onClose} title="Keys" closeButtonProps={{ 'aria-label': 'Close' }}>
      <KeyTables />
    </Modal>
  );
}
