import { Button, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Offer } from '../client/contract.js';
import { declineOffer } from '../client/offers.js';
import { nameOf } from '../credentials/principals.js';
import { serviceName } from '../credentials/services.js';
import { DataTable } from '../parts/DataTable.js';
import { Moment } from '../parts/Moment.js';
import { toast } from '../parts/toasts.js';
import { useAct } from '../parts/useAct.js';
import { useSession } from '../session/SessionGate.js';
import { AcceptDialog } from './AcceptDialog.js';

export function OfferTable({ offers }: { offers: readonly Offer[] }) {
  const [accepting, setAccepting] = useState<Offer>();
  return (
    <>
      <DataTable label="Offers" columns={['Credential', 'From', 'For', 'Would fill', 'When', '-Actions']}>
        {offers.map((offer) => (
          <Row key={`${offer.id} ${offer.receiver}`} offer={offer} onAccept={() => setAccepting(offer)} />
        ))}
      </DataTable>
      {accepting !== undefined && <AcceptDialog offer={accepting} onClose={() => setAccepting(undefined)} />}
    </>
  );
}

function Row({ offer, onAccept }: { offer: Offer; onAccept(): void }) {
  const { credential, given_by, by, receiver, variables, fills, given_at, state } = offer;
  const { principal } = useSession();
  const through = by === 'user' || by === 'service_account' ? '' : `, ${by.replace(':', ' ')}`;
  return (
    <tr>
      <th scope="row">
        <Link to="/credentials/$id" params={{ id: credential.id }}>
          {credential.name}
        </Link>
        <Text size="sm" className="dim">
          {serviceName(credential.service_type)}
        </Text>
      </th>
      <td>
        {nameOf(given_by)}
        {through}
      </td>
      <td>{receiver === principal ? 'You' : nameOf(receiver)}</td>
      <td className="mono">{(state === 'accepted' ? fills : variables).join(', ') || '–'}</td>
      <td>
        <Moment at={given_at} />
      </td>
      <td>
        <Answers offer={offer} onAccept={onAccept} />
      </td>
    </tr>
  );
}

function Answers({ offer, onAccept }: { offer: Offer; onAccept(): void }) {
  const { id, credential, state } = offer;
  const { busy, act } = useAct(['offers'], ['open-offers'], ['credentials']);
  const decline = () =>
    act(id, async () => {
      await declineOffer(offer);
      toast(`Declined ${credential.name}. You can accept it later under Declined.`);
    });
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      {state !== 'accepted' && (
        <Button size="compact-sm" onClick={onAccept} aria-label={`Accept ${credential.name}`}>
          Accept
        </Button>
      )}
      {state !== 'declined' && (
        <Button
          size="compact-sm"
          variant="default"
          loading={busy !== undefined}
          onClick={() => void decline()}
          aria-label={`Decline ${credential.name}`}
        >
          Decline
        </Button>
      )}
    </Group>
  );
}
