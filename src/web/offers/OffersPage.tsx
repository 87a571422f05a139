import '@mantine/core/styles/SegmentedControl.css';
import '@mantine/core/styles/FloatingIndicator.css';
import { Button, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { OfferState } from '../../domain/access/claims.js';
import { listOffers } from '../client/offers.js';
import { Loaded } from '../parts/Loaded.js';
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
  const list = useInfiniteQuery({
    queryKey: ['offers', state],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      listOffers({ state, limit: PAGE, ...(pageParam && { cursor: pageParam }) }, { signal }),
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });
  const nothing = STATES.find(({ value }) => value === state)?.empty ?? '';
  return (
    <Loaded query={list} empty={({ pages }) => (pages[0]?.items.length === 0 ? nothing : undefined)}>
      {({ pages }) => (
        <>
          <OfferTable offers={pages.flatMap(({ items }) => items)} />
          {list.hasNextPage && (
            <Button
              variant="default"
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Show more
            </Button>
          )}
        </>
      )}
    </Loaded>
  );
}
