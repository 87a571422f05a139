import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { PreferenceList } from '../client/contract.js';
import { listPreferences, removePreference } from '../client/offers.js';
import { DataTable } from '../parts/DataTable.js';
import { Loaded } from '../parts/Loaded.js';
import { useAct } from '../parts/useAct.js';

const KEY = ['preferences'];

/** Which credential wins where several fit. */
export function Preferences() {
  const query = useQuery({ queryKey: KEY, queryFn: ({ signal }) => listPreferences({ signal }) });
  return (
    <Loaded
      query={query}
      empty={({ items }) =>
        items.length === 0
          ? 'None. Prefer a credential when you accept it, if several fill a variable.'
          : undefined
      }
    >
      {({ items }) => (
        <DataTable label="Preferences" columns={['For', 'Credential', '-Actions']}>
          {items.map((item) => (
            <Row key={`${item.kind} ${item.name}`} item={item} />
          ))}
        </DataTable>
      )}
    </Loaded>
  );
}

function Row({ item }: { item: PreferenceList['items'][number] }) {
  const { busy, act } = useAct(KEY);
  return (
    <tr>
      <th scope="row" className="mono">
        {item.name}
      </th>
      <td>
        <Link to="/credentials/$id" params={{ id: item.credential_id }}>
          Show the credential
        </Link>
      </td>
      <td>
        <Button
          size="compact-sm"
          variant="default"
          loading={busy !== undefined}
          aria-label={`Remove the preference for ${item.name}`}
          onClick={() => void act(item.name, () => removePreference(item))}
        >
          Remove
        </Button>
      </td>
    </tr>
  );
}
