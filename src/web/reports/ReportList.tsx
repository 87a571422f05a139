import { Badge, Button, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReportList as ListName } from '../../domain/reports/report.js';
import { MOST_SHOWN, TITLES, userOf, wordsOf } from '../../domain/reports/reportWords.js';
import type { Report } from '../client/contract.js';
import { nameOf } from '../credentials/principals.js';
import { serviceName } from '../credentials/services.js';
import { DataTable } from '../parts/DataTable.js';
import { compared } from './compared.js';

interface Props {
  list: ListName;
  report: Report;
  /** Left out: the last report of the schedule, as this one was compared with it. */
  other: Report | undefined;
}

/** One list of a report: a line for each credential; nothing where it is empty and was. */
export function ReportList({ list, report, other }: Props) {
  const [isAll, setAll] = useState(false);
  const section = report.lists[list];
  const { isNew, gone } = compared(section, other?.lists[list]);
  if (section === undefined || (section.count === 0 && gone.length === 0)) return null;
  const shown = isAll ? section.lines : section.lines.slice(0, MOST_SHOWN);
  return (
    <section aria-label={TITLES[list]}>
      <Title order={2} mb="xs">
        {TITLES[list]} · {section.count}
      </Title>
      {gone.length > 0 && (
        <Text size="sm" className="dim">
          No longer: {gone.join(', ')}
        </Text>
      )}
      {shown.length > 0 && (
        <DataTable label={TITLES[list]} columns={['Credential', 'Service', 'Owner', 'What']}>
          {shown.map((line) => (
            <Line
              key={`${line.id} ${line.used_by} ${line.caller} ${line.at}`}
              {...{ list, line }}
              to={report.to}
              isNew={isNew(line)}
            />
          ))}
        </DataTable>
      )}
      {shown.length < section.lines.length && (
        <Button mt="xs" size="compact-sm" variant="default" onClick={() => setAll(true)}>
          Show all {section.lines.length}
        </Button>
      )}
    </section>
  );
}

type LineOf = NonNullable<Report['lists'][ListName]>['lines'][number];

function Line({ list, line, to, isNew }: { list: ListName; line: LineOf; to: string; isNew: boolean }) {
  return (
    <tr>
      <th scope="row">
        <Link to="/credentials/$id" params={{ id: line.id }}>
          {line.name}
        </Link>
        {isNew && (
          <Badge ml="xs" size="sm" variant="light">
            New
          </Badge>
        )}
      </th>
      <td>{serviceName(line.service_type as Parameters<typeof serviceName>[0])}</td>
      <td>{nameOf(line.owner)}</td>
      <td>{[userOf(line), wordsOf(list, line, new Date(to))].filter(Boolean).join(': ')}</td>
    </tr>
  );
}
