import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Offer } from '../../../client/contract.js';
import { acceptOffer, declineOffer, listOffers } from '../../../client/offers.js';
import { Section } from '../../../parts/Section.js';
import { toast } from '../../../parts/toasts.js';
import { useAct } from '../../../parts/useAct.js';
import { useSession } from '../../../session/SessionGate.js';
import { nameOf } from '../../principals.js';
import { LIST_KEY } from '../../useCredentialList.js';

const MOST = 200;

/** Offers of this credential to the user and their service accounts; nothing where none waits. */
export function WaitingOffers({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ['offers', 'waiting'],
    queryFn: ({ signal }) => listOffers({ state: 'open', limit: MOST }, { signal }),
  });
  const offers = (data?.items ?? []).filter(({ credential }) => credential.id === id);
  if (offers.length === 0) return null;
  return (
    <Section title="Offers that wait for your answer">
      <Stack gap="md">
        {offers.map((offer) => (
          <WaitingOffer key={`${offer.id} ${offer.receiver}`} offer={offer} />
        ))}
      </Stack>
    </Section>
  );
}

function WaitingOffer({ offer }: { offer: Offer }) {
  const { receiver, given_by, level, variables } = offer;
  const { principal } = useSession();
  const { busy, act } = useAct(['offers'], [LIST_KEY]);
  const to = receiver === principal ? 'you' : receiver;
  const fills = variables.length === 0 ? 'no variable' : variables.join(', ');
  const accept = () =>
    act('accept', async () => {
      await acceptOffer(offer, variables, false);
      toast(`Accepted. It fills ${fills}.`);
    });
  const decline = () =>
    act('decline', async () => {
      await declineOffer(offer);
      toast('Declined. You can accept it later.');
    });
  return (
    <Stack gap="xs">
      <Text size="md">
        {nameOf(given_by)} offers it to {to} with “{level}”. If you accept it, it fills {fills}.
      </Text>
      <Group gap="sm">
        <Button size="compact-md" loading={busy === 'accept'} onClick={() => void accept()}>
          Accept
        </Button>
        <Button
          size="compact-md"
          variant="default"
          loading={busy === 'decline'}
          onClick={() => void decline()}
        >
          Decline
        </Button>
      </Group>
    </Stack>
  );
}
