import { Badge, Button, Checkbox } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { ListedCredential } from '../client/contract.js';
import { Moment } from '../parts/Moment.js';
import { StatusMark, statusOf } from '../parts/status.js';
import classes from './CredentialList.module.css';
import { useRights } from './rights.js';
import { placeOf } from './services.js';
import { TlsBadge } from './TlsBadge.js';

export interface RowActions {
  select(id: string, on: boolean, range: boolean): void;
  test(credential: ListedCredential): void;
}

interface Props {
  credential: ListedCredential;
  isSelected: boolean;
  isCurrent: boolean;
  isTesting: boolean;
  me: string;
  actions: RowActions;
}

const ownerWord = (owner: string, me: string) => (owner === me ? 'You' : owner.replace(/^(local|team):/, ''));

/** One credential. It renders again only when something of its own changes. */
export const CredentialRow = memo(function CredentialRow(props: Props) {
  const { credential, isSelected, isCurrent, isTesting, me, actions } = props;
  const { id, name, expires_at, last_tested_at } = credential;
  const row = (
    <tr className={classes['row']} data-current={isCurrent || undefined} data-id={id}>
      <td className={classes['select']}>
        <Checkbox
          size="xs"
          aria-label={`Select ${name}`}
          checked={isSelected}
          onChange={() => undefined}
          onClick={(event) => actions.select(id, !isSelected, event.shiftKey)}
        />
      </td>
      <td className={classes['health']}>
        <StatusMark status={isTesting ? 'running' : statusOf(credential)} />
      </td>
      <NameAndPlace credential={credential} />
      <td className={classes['when']}>
        <Moment at={last_tested_at} none="never" />
      </td>
      <td className={classes['owner']}>{ownerWord(credential.owner, me)}</td>
      <td className={classes['ends']}>{expires_at === null ? '' : <Moment at={expires_at} />}</td>
      <TestCell {...{ credential, isTesting, actions }} />
    </tr>
  );
  return (
    <>
      {row}
      <Attention credential={credential} />
    </>
  );
});

function TestCell({ credential, isTesting, actions }: Pick<Props, 'credential' | 'isTesting' | 'actions'>) {
  return (
    <td className={classes['actions']}>
      <Button
        size="compact-sm"
        variant="default"
        loading={isTesting}
        aria-label={`Test ${credential.name}`}
        onClick={() => actions.test(credential)}
      >
        Test
      </Button>
    </td>
  );
}

/** What helps best, for those who may do it; a test is one click away in the row. */
function BestAction({ credential: { id, name, access, attention } }: Pick<Props, 'credential'>) {
  const may = useRights();
  const [to, word, verb] =
    attention?.code === 'expiring' || attention?.code === 'expired'
      ? (['/credentials/$id/rotate', 'Rotate', 'rotate'] as const)
      : (['/credentials/$id/edit', 'Fix', 'edit'] as const);
  if (attention?.code === 'health_unreachable' || !may({ access }, verb)) return null;
  return (
    <Link to={to} params={{ id }} aria-label={`${word} ${name}`} className={classes['fix']}>
      {word}
    </Link>
  );
}

/** What to do about it, in a line of its own; nothing where nothing needs anybody. */
function Attention({ credential }: Pick<Props, 'credential'>) {
  const { attention } = credential;
  if (attention === null) return null;
  return (
    <tr className={classes['attention']} data-rejected={attention.code === 'health_rejected' || undefined}>
      <td />
      <td />
      <td colSpan={7}>
        {attention.text} <BestAction credential={credential} />
      </td>
    </tr>
  );
}

function NameAndPlace({ credential }: Pick<Props, 'credential'>) {
  const { id, name, settings, identity, tls, offered } = credential;
  const place = placeOf(settings, identity);
  return (
    <>
      <th scope="row" className={classes['name']}>
        <Link to="/credentials/$id" params={{ id }} className={classes['link']} title={name}>
          {name}
        </Link>
        {offered && (
          <Badge ml="xs" variant="light" size="sm">
            Offered
          </Badge>
        )}
      </th>
      <td className={`${classes['place']} mono dim`} title={place}>
        {place}
      </td>
      <td className={classes['tls']}>
        <TlsBadge tls={tls} />
      </td>
    </>
  );
}
