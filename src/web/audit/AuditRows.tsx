import { Badge, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { AuditPage } from '../client/contract.js';
import { DataTable } from '../parts/DataTable.js';
import { Moment } from '../parts/Moment.js';

type Row = AuditPage['items'][number];
const COLOURS: Readonly<Record<string, string>> = { allowed: 'idle', denied: 'rejected', failed: 'limited' };

export function AuditRows({ items }: { items: readonly Row[] }) {
  return (
    <DataTable label="Audit" columns={['When', 'Who', 'What', 'Outcome', 'About', 'Why and for what']}>
      {items.map((row) => (
        <tr key={`${row.chain} ${row.seq} ${row.at}`}>
          <td>
            <Moment at={row.at} />
          </td>
          <td>{row.actor}</td>
          <td className="mono">{row.action}</td>
          <td style={{ color: `var(--page-${COLOURS[row.outcome] ?? 'idle'})` }}>
            {row.outcome}
            {row.code !== null && <Text size="sm">{row.code}</Text>}
          </td>
          <td>
            <About row={row} />
          </td>
          <td>
            {row.break_glass && (
              <Badge variant="outline" color="orange" size="sm">
                Break-glass
              </Badge>
            )}
            {[row.break_glass_reason, row.purpose, row.used_by].filter(Boolean).join(' · ')}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

function About({ row }: { row: Row }) {
  const { credential_id, credential_name, object, version } = row;
  const name = `${credential_name ?? object ?? ''}${version === null ? '' : `, version ${version}`}`;
  if (credential_id === null || credential_name === null) return name;
  return (
    <Link to="/credentials/$id" params={{ id: credential_id }}>
      {name}
    </Link>
  );
}
