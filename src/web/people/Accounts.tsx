import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { NewServiceAccount, ServiceAccount } from '../client/contract.js';
import { listServiceAccounts } from '../client/people.js';
import { nameOf } from '../credentials/principals.js';
import { DataTable } from '../parts/DataTable.js';
import { Loaded } from '../parts/Loaded.js';
import { Moment } from '../parts/Moment.js';
import { OnceDialog } from '../parts/OnceDialog.js';
import { useSession } from '../session/SessionGate.js';
import { NewAccount, ResetAccount, RevokeAccount } from './accountDialogs.js';

type Dialog = { kind: 'new' } | { kind: 'reset' | 'revoke'; account: ServiceAccount };

/** Accounts for programs: of the user, and for admins of everybody. */
export function Accounts() {
  const query = useQuery({
    queryKey: ['service-accounts'],
    queryFn: ({ signal }) => listServiceAccounts({ signal }),
  });
  const { role } = useSession();
  const [dialog, setDialog] = useState<Dialog>();
  const [secret, setSecret] = useState<NewServiceAccount>();
  const close = () => setDialog(undefined);
  return (
    <Stack gap="md">
      {role === 'observer' ? (
        <Text size="md">Engineers, architects and admins create service accounts.</Text>
      ) : (
        <Group>
          <Button onClick={() => setDialog({ kind: 'new' })}>Create service account</Button>
        </Group>
      )}
      <Loaded
        query={query}
        empty={({ items }) =>
          items.length === 0
            ? 'You have no service accounts. A program that reads credentials needs one.'
            : undefined
        }
      >
        {({ items }) => <AccountTable items={items} onDialog={setDialog} />}
      </Loaded>
      {dialog?.kind === 'new' && <NewAccount onSecret={setSecret} onClose={close} />}
      {dialog?.kind === 'reset' && (
        <ResetAccount account={dialog.account} onSecret={setSecret} onClose={close} />
      )}
      {dialog?.kind === 'revoke' && <RevokeAccount account={dialog.account} onClose={close} />}
      {secret !== undefined && <AccountSecret secret={secret} onClose={() => setSecret(undefined)} />}
    </Stack>
  );
}

function AccountSecret({ secret, onClose }: { secret: NewServiceAccount; onClose(): void }) {
  return (
    <OnceDialog
      title={`Secret of ${secret.name}`}
      text="Store both now: the secret is not shown again. The program sends them to get its tokens."
      values={[
        { label: 'Client ID', value: secret.client_id },
        { label: 'Client secret', value: secret.client_secret },
      ]}
      onClose={onClose}
    />
  );
}

function AccountTable({
  items,
  onDialog,
}: {
  items: readonly ServiceAccount[];
  onDialog(dialog: Dialog): void;
}) {
  return (
    <DataTable
      label="Service accounts"
      columns={['Name', 'Role', 'Created by', 'Last token', 'Ends', 'State', '-Actions']}
    >
      {items.map((account) => (
        <tr key={account.id}>
          <th scope="row">
            {account.name}
            <Text size="sm" className="dim">
              {account.description}
            </Text>
          </th>
          <td>{account.role}</td>
          <td>{nameOf(account.created_by)}</td>
          <td>
            <Moment at={account.last_used_at} none="never" />
          </td>
          <td>
            <Moment at={account.expires_at} none="never" />
          </td>
          <td>{stateOf(account)}</td>
          <td>{account.revoked_at === null && <AccountActions account={account} onDialog={onDialog} />}</td>
        </tr>
      ))}
    </DataTable>
  );
}

const stateOf = ({ revoked_at, disabled }: ServiceAccount): string =>
  revoked_at !== null ? '✕ Revoked' : disabled ? '‖ Disabled' : '● Active';

function AccountActions({ account, onDialog }: { account: ServiceAccount; onDialog(dialog: Dialog): void }) {
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`New secret for ${account.name}`}
        onClick={() => onDialog({ kind: 'reset', account })}
      >
        New secret
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Revoke ${account.name}`}
        onClick={() => onDialog({ kind: 'revoke', account })}
      >
        Revoke
      </Button>
    </Group>
  );
}
