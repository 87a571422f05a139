import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Grant, SeenCredential } from '../../../client/contract.js';
import { Problem } from '../../../parts/Problem.js';
import { toast } from '../../../parts/toasts.js';
import { useRights } from '../../rights.js';
import { GrantDialog } from './GrantDialog.js';
import { GrantTable } from './GrantTable.js';
import { accountName, useSubjects } from './subjects.js';
import { useGrants } from './useGrants.js';
import { WaitingOffers } from './WaitingOffers.js';
import { WhyAccess } from './WhyAccess.js';

/** Who may do what with the credential, and why. */
export function AccessTab({ credential }: { credential: SeenCredential }) {
  const { query, busy, put, remove, dialog } = useGrants(credential.id);
  const subjects = useSubjects();
  const mayShare = useRights()(credential, 'share');
  // `new`: the dialog is open for a new grant.
  const [open, setOpen] = useState<Grant | 'new'>();
  if (query.error !== null) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height={120} />;
  const { grants } = query.data;
  const save = async (grant: Grant) => {
    const done = await put(grant);
    if (done) toast(`${accountName(grant.subject, subjects)} may ${grant.level} it.`);
    return done;
  };
  const acts = { busy, change: setOpen, remove: (...of: Parameters<typeof remove>) => void remove(...of) };
  return (
    <Stack gap="xl">
      <Stack gap="sm">
        <GrantTable {...{ credential, grants, subjects, ...(mayShare && { acts }) }} />
        <Text size="sm" className="dim">
          People and service accounts get an offer: they decide which variables it fills.
        </Text>
        {mayShare && (
          <Button style={{ alignSelf: 'start' }} onClick={() => setOpen('new')}>
            Share with…
          </Button>
        )}
      </Stack>
      <WaitingOffers id={credential.id} />
      <WhyAccess {...{ credential, grants, subjects }} />
      {open !== undefined && (
        <GrantDialog
          grant={open === 'new' ? undefined : open}
          subjects={subjects}
          onSave={save}
          onClose={() => setOpen(undefined)}
        />
      )}
      {dialog}
    </Stack>
  );
}
