import { Button, Group, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReportHead } from '../client/contract.js';
import { listReports } from '../client/reports.js';
import { nameOf } from '../credentials/principals.js';
import { DataTable } from '../parts/DataTable.js';
import { Moment } from '../parts/Moment.js';
import { Pages } from '../parts/Pages.js';
import { Section } from '../parts/Section.js';
import { NewReport } from './NewReport.js';
import { Schedules } from './Schedules.js';

const PAGE = 30;

/** Reports about the health of credentials, and when they are made. */
export function ReportsPage() {
  const [isMaking, setMaking] = useState(false);
  return (
    <Stack gap="xl">
      <Group justify="space-between">
        <Title order={1}>Reports</Title>
        <Button onClick={() => setMaking(true)}>Make a report</Button>
      </Group>
      <Reports />
      <Section title="Schedules">
        <Schedules />
      </Section>
      {isMaking && <NewReport onClose={() => setMaking(false)} />}
    </Stack>
  );
}

const EMPTY =
  'No report yet. Admins make them for all credentials, the leads of a team for theirs; or a schedule does.';

function Reports() {
  return (
    <Pages
      queryKey={['reports']}
      load={(page, options) => listReports({ limit: PAGE, ...page }, options)}
      empty={EMPTY}
    >
      {(items) => (
        <DataTable label="Reports" columns={['Period', 'About', 'Result', 'Made', 'By']}>
          {items.map((report) => (
            <Row key={report.id} report={report} />
          ))}
        </DataTable>
      )}
    </Pages>
  );
}

function Row({ report }: { report: ReportHead }) {
  const { id, team, from, to, summary, made_at, made_by, schedule_id } = report;
  return (
    <tr>
      <th scope="row">
        <Link to="/reports/$id" params={{ id }}>
          {from.slice(0, 10)} to {to.slice(0, 10)}
        </Link>
      </th>
      <td>{team === null ? 'All credentials' : `Team ${team}`}</td>
      <td>{summary}</td>
      <td>
        <Moment at={made_at} />
      </td>
      <td>{schedule_id === null ? nameOf(made_by) : 'Schedule'}</td>
    </tr>
  );
}
