import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { listBlocked, setBlocked } from '../client/people.js';
import { nameOf } from '../credentials/principals.js';
import { DataTable } from '../parts/DataTable.js';
import { Loaded } from '../parts/Loaded.js';
import { Moment } from '../parts/Moment.js';
import { useAct } from '../parts/useAct.js';

const KEY = ['blocked'];

/** Principals of any issuer whose tokens are refused. */
export function Blocked() {
  const query = useQuery({ queryKey: KEY, queryFn: ({ signal }) => listBlocked({ signal }) });
  const { busy, act } = useAct(KEY, ['people'], ['service-accounts']);
  return (
    <Stack gap="md">
      <DisableForm onDisable={(principal) => act('disable', () => setBlocked(principal, true))} />
      <Loaded query={query} empty={({ items }) => (items.length === 0 ? 'Nobody is disabled.' : undefined)}>
        {({ items }) => (
          <DataTable label="Disabled principals" columns={['Principal', 'By', 'Since', '-Actions']}>
            {items.map(({ principal, disabled_by, disabled_at }) => (
              <tr key={principal}>
                <th scope="row" className="mono">
                  {principal}
                </th>
                <td>{disabled_by === null ? '–' : nameOf(disabled_by)}</td>
                <td>
                  <Moment at={disabled_at} />
                </td>
                <td>
                  <Button
                    size="compact-sm"
                    variant="default"
                    loading={busy === principal}
                    aria-label={`Enable ${principal}`}
                    onClick={() => void act(principal, () => setBlocked(principal, false))}
                  >
                    Enable
                  </Button>
                </td>
              </tr>
            ))}
          </DataTable>
        )}
      </Loaded>
    </Stack>
  );
}

function DisableForm({ onDisable }: { onDisable(principal: string): Promise<boolean> }) {
  const [principal, setPrincipal] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await onDisable(principal.trim())) setPrincipal('');
  };
  return (
    <form onSubmit={submit} aria-label="Disable a principal">
      <Group align="flex-end">
        <TextInput
          label="Principal"
          description="Such as glassdome:7. Every token of it is refused."
          required
          value={principal}
          onChange={(event) => setPrincipal(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          Disable
        </Button>
      </Group>
    </form>
  );
}
