import { Button, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CredentialSummary } from '../client/contract.js';
import { serviceName } from '../credentials/services.js';
import { Moment } from '../parts/Moment.js';
import { StatusMark } from '../parts/status.js';
import classes from './Overview.module.css';
import { useOpenOffers } from './useOverview.js';

const MOST = 5;

/** At most five cards, each with its one action; one line where nothing needs anybody. */
export function Needs({ summary, seenAt }: { summary: CredentialSummary; seenAt: string }) {
  const { data } = useOpenOffers();
  const offers = data?.items.length ?? 0;
  const shown = summary.needs.slice(0, offers === 0 ? MOST : MOST - 1);
  if (shown.length === 0 && offers === 0)
    return (
      <Text size="md">
        Nothing needs you. Last looked <Moment at={seenAt} />.
      </Text>
    );
  return (
    <>
      <ul className={classes['cards']}>
        {shown.map((need) => (
          <NeedCard key={need.id} need={need} />
        ))}
        {offers > 0 && <OffersCard count={offers} />}
      </ul>
      {summary.attention > shown.length && (
        <Text size="sm" mt="sm">
          <Link to="/credentials" search={{ attention: 'true', sort: 'health' }}>
            Show all {summary.attention} that need attention
          </Link>
        </Text>
      )}
    </>
  );
}

function NeedCard({ need }: { need: CredentialSummary['needs'][number] }) {
  const { id, name, service_type, health, attention } = need;
  return (
    <Card title={name} above={<StatusMark status={health} withWord />} text={attention?.text ?? ''}>
      <Button
        variant="default"
        size="compact-md"
        aria-label={`Open ${name}`}
        renderRoot={(props) => <Link {...props} to="/credentials/$id" params={{ id }} />}
      >
        Open
      </Button>
      <Text size="sm" className="dim">
        {serviceName(service_type)}
      </Text>
    </Card>
  );
}

function OffersCard({ count }: { count: number }) {
  const text = 'They fill no variables until you accept them.';
  return (
    <Card
      title={count === 1 ? 'A credential is offered to you' : `${count} credentials are offered to you`}
      text={text}
    >
      <Button component={Link} to="/offers" variant="default" size="compact-md">
        Review
      </Button>
    </Card>
  );
}

function Card({
  title,
  above,
  text,
  children,
}: {
  title: string;
  above?: ReactNode;
  text: string;
  children: ReactNode;
}) {
  return (
    <li className={classes['card']}>
      <div>
        {above}
        <Title order={3} title={title}>
          {title}
        </Title>
      </div>
      <Text size="md">{text}</Text>
      <div className={classes['action']}>{children}</div>
    </li>
  );
}
