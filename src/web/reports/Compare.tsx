import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Report, ReportHead } from '../client/contract.js';
import { getReport, listReports } from '../client/reports.js';

const OFFERED = 50;

/** The report that is compared with, once it is there. */
export function useOther(id: string | undefined): Report | undefined {
  const { data } = useQuery({
    queryKey: ['report', id],
    queryFn: ({ signal }) => getReport(id ?? '', { signal }),
    enabled: id !== undefined,
  });
  return id === undefined ? undefined : data;
}

const titleOf = ({ from, to, team }: ReportHead): string =>
  `${from.slice(0, 10)} to ${to.slice(0, 10)}${team === null ? '' : `, team ${team}`}`;

/** Chooses the report to compare with; without a choice the last one of the same schedule. */
export function Compare({ report: { id } }: { report: Report }) {
  const { with: other = '' } = useSearch({ from: '/reports/$id' });
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ['reports', 'offered'],
    queryFn: ({ signal }) => listReports({ limit: OFFERED }, { signal }),
  });
  const others = (data?.items ?? []).filter((head) => head.id !== id);
  if (others.length === 0) return null;
  return (
    <NativeSelect
      label="Compare with"
      maw={320}
      value={other}
      data={[
        { value: '', label: 'The last report of its schedule' },
        ...others.map((head) => ({ value: head.id, label: titleOf(head) })),
      ]}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        void navigate({ to: '/reports/$id', params: { id }, search: chosen === '' ? {} : { with: chosen } });
      }}
    />
  );
}
