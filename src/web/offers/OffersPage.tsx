import '@mantine/core/styles/SegmentedControl.css';
import '@mantine/core/styles/FloatingIndicator.css';
import { SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { OfferState } from '../../domain/access/claims.js';
import { listOffers } from '../client/offers.js';
import { Pages } from '../parts/Pages.js';
import { Section } from '../parts/Section.js';
import { useLive } from '../parts/useLive.js';
import { OfferTable } from './OfferTable.js';
import { readOfferSearch } from './offerSearch.js';
import { Preferences } from './Preferences.js';

const PAGE = 50;
const STATES: readonly { value: OfferState; label: string; empty: string }[] = [
  { value: 'open', label: 'Waiting', empty: 'No offer waits for your answer.' },
  { value: 'accepted', label: 'Accepted', empty: 'You accepted no offer yet.' },
  { value: 'declined', label: 'Declined', empty: 'You declined no offer.' },
];

/** What others share, and which variables it fills. */
export function OffersPage() {
  const { state = 'open' } = useSearch({ from: '/offers' });
  const navigate = useNavigate();
  useLive(['offers']);
  return (
    <Stack gap="xl">
      <Title order={1}>Offers</Title>
      <Text size="md" maw={640}>
        A credential that others share with you, or with a service account that you created, fills no
        variables until you accept it.
      </Text>
      <SegmentedControl
        aria-label="Which offers"
        value={state}
        onChange={(next) => void navigate({ to: '/offers', search: readOfferSearch({ state: next }) })}
        data={STATES.map(({ value, label }) => ({ value, label }))}
        style={{ alignSelf: 'flex-start' }}
      />
      <Offers state={state} />
      <Section title="Preferences">
        <Preferences />
      </Section>
    </Stack>
  );
}

function Offers({ state }: { state: OfferState }) {
  return (
    <Pages
      queryKey={['offers', state]}
      load={(page, options) => listOffers({ state, limit: PAGE, ...page }, options)}
      empty={STATES.find(({ value }) => value === state)?.empty ?? ''}
    >
      {(offers) => <OfferTable offers={offers} />}
    </Pages>
  );
}
