import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { REPORT_LISTS } from '../../domain/reports/report.js';
import type { Report } from '../client/contract.js';
import { downloadReport, getReport } from '../client/reports.js';
import { Loaded } from '../parts/Loaded.js';
import { Moment } from '../parts/Moment.js';
import { saveFile } from '../parts/saveFile.js';
import { useAct } from '../parts/useAct.js';
import { Compare, useOther } from './Compare.js';
import { ReportList } from './ReportList.js';
import { Totals } from './Totals.js';

/** One report; beside another one if the address names it. */
export function ReportPage() {
  const { id } = useParams({ from: '/reports/$id' });
  const query = useQuery({ queryKey: ['report', id], queryFn: ({ signal }) => getReport(id, { signal }) });
  return (
    <Stack gap="lg">
      <Anchor component={Link} to="/reports">
        Reports
      </Anchor>
      <Loaded query={query}>{(report) => <Parts report={report} />}</Loaded>
    </Stack>
  );
}

function Parts({ report }: { report: Report }) {
  const { with: otherId } = useSearch({ from: '/reports/$id' });
  const other = useOther(otherId);
  const { team, from, to, made_at, summary, totals, since_last } = report;
  const before = other ?? since_last;
  return (
    <>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1}>
            {team === null ? 'Health report of all credentials' : `Health report of team ${team}`}
          </Title>
          <Text size="sm" className="dim">
            {from.slice(0, 10)} to {to.slice(0, 10)}, made <Moment at={made_at} />
          </Text>
        </div>
        <Downloads id={report.id} />
      </Group>
      <Text size="md">{summary}</Text>
      <Compare report={report} />
      <Totals now={totals} before={before?.totals} since={before?.to} />
      {REPORT_LISTS.map((list) => (
        <ReportList key={list} list={list} report={report} other={other} />
      ))}
    </>
  );
}

function Downloads({ id }: { id: string }) {
  const { busy, act } = useAct();
  const save = (format: 'html' | 'csv') =>
    act(format, async () =>
      saveFile(await downloadReport(id, format), `report-${id}.${format}`, `text/${format}`),
    );
  return (
    <Group gap="xs">
      <Button variant="default" loading={busy === 'html'} onClick={() => void save('html')}>
        Download page
      </Button>
      <Button variant="default" loading={busy === 'csv'} onClick={() => void save('csv')}>
        Download CSV
      </Button>
    </Group>
  );
}
