import { Badge, Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { OpenSessions } from '../client/contract.js';
import { endOneSession, listSessions } from '../client/session.js';
import { DataTable } from '../parts/DataTable.js';
import { Moment } from '../parts/Moment.js';
import { Problem } from '../parts/Problem.js';
import { toast } from '../parts/toasts.js';
import { useAct } from '../parts/useAct.js';
import { signOut } from '../session/SessionGate.js';

const KEY = ['sessions'];
const WHERE = { web: 'Page', cli: 'Command line', api: 'Elsewhere' } as const;
type Login = OpenSessions['items'][number];

/** The logins of this person, each with a way to end it. */
export function Logins() {
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: listSessions });
  const { busy, act } = useAct(KEY);
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={88} />;
  const end = ({ id, current }: Login) =>
    act(id, async () => {
      if (current) return signOut();
      await endOneSession(id);
      toast('The login has ended.');
    });
  return (
    <DataTable label="Your logins" columns={['Where', 'Began', 'Last used', 'Ends', '-Actions']}>
      {data.items.map((login) => (
        <tr key={login.id}>
          <th scope="row">
            {WHERE[login.client]}
            {login.current && (
              <Badge ml="xs" variant="light" size="sm">
                This one
              </Badge>
            )}
          </th>
          <td>
            <Moment at={login.created_at} />
          </td>
          <td>
            <Moment at={login.last_used_at} none="not since" />
          </td>
          <td>
            <Moment at={login.expires_at} />
          </td>
          <td>
            <Button
              size="compact-sm"
              variant="default"
              loading={busy === login.id}
              onClick={() => void end(login)}
            >
              {login.current ? 'Sign out' : 'End'}
            </Button>
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
