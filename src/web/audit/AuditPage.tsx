import { Group, Stack, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { listAudit } from '../client/audit.js';
import type { AuditSearch } from '../client/contract.js';
import { Pages } from '../parts/Pages.js';
import { AuditFilters } from './AuditFilters.js';
import { AuditRows } from './AuditRows.js';
import { ExportButtons } from './ExportButtons.js';
import { Verify } from './Verify.js';

const PAGE = 100;

/** Who did what, newest first. */
export function AuditPage() {
  const search: AuditSearch = useSearch({ from: '/audit' });
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1}>Audit</Title>
        <Group gap="sm">
          <ExportButtons search={search} />
          <Verify />
        </Group>
      </Group>
      <AuditFilters key={JSON.stringify(search)} search={search} />
      <Rows search={search} />
    </Stack>
  );
}

function Rows({ search }: { search: AuditSearch }) {
  return (
    <Pages
      queryKey={['audit', search]}
      load={(page, options) => listAudit({ ...search, limit: PAGE, ...page }, options)}
      empty="No row matches. Change or clear the filters."
    >
      {(items) => <AuditRows items={items} />}
    </Pages>
  );
}
