import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Channel, DeliveryPage } from '../client/contract.js';
import { listDeliveries } from '../client/notifications.js';
import { DataTable } from '../parts/DataTable.js';
import { Loaded } from '../parts/Loaded.js';
import { Moment } from '../parts/Moment.js';

const SHOWN = 50;

/** The last 50 deliveries of a channel, with the errors of those that failed. */
export function Deliveries({ channel, onClose }: { channel: Channel; onClose(): void }) {
  const { id, name } = channel;
  const query = useQuery({
    queryKey: ['deliveries', id],
    queryFn: ({ signal }) => listDeliveries(id, { limit: SHOWN }, { signal }),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={`Deliveries of ${name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Loaded query={query} empty={({ items }) => (items.length === 0 ? 'Nothing was sent yet.' : undefined)}>
        {({ items }) => (
          <DataTable
            label={`Deliveries of ${name}`}
            columns={['Notice', 'State', 'Attempts', 'Sent', 'Last error']}
          >
            {items.map((delivery) => (
              <Row key={delivery.notice.id} delivery={delivery} />
            ))}
          </DataTable>
        )}
      </Loaded>
    </Modal>
  );
}

const STATES = { pending: '◌ Waits', sent: '● Sent', dead: '✕ Given up' } as const;

function Row({ delivery }: { delivery: DeliveryPage['items'][number] }) {
  const { notice, state, attempts, sent_at, last_code } = delivery;
  return (
    <tr>
      <td>{notice.text}</td>
      <td>{STATES[state]}</td>
      <td>{attempts}</td>
      <td>
        <Moment at={sent_at} />
      </td>
      <td className="mono">{last_code ?? '–'}</td>
    </tr>
  );
}
