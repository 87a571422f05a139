import { Checkbox, Text, Title } from '@mantine/core';
import { DataTable } from '../parts/DataTable.js';
import type { ImportSteps } from './useImport.js';
import { canInclude, type Row, reasonOf } from './words.js';

/** Variables that stay in the file, each with the reason, and a way to import it all the same where there is one. */
export function LeftOut({ rows, steps }: { rows: readonly Row[]; steps: ImportSteps }) {
  const { choices, look, busy } = steps;
  const included = new Set(choices.include);
  const left = rows.filter((row) => row.class !== 'credential' || included.has(row.name));
  const doubts = rows.filter(({ doubt }) => doubt !== undefined);
  const change = (name: string, on: boolean) => {
    const others = choices.include.filter((one) => one !== name);
    void look({ ...choices, include: on ? [...others, name] : others });
  };
  return (
    <section aria-label="Left out">
      {doubts.map(({ name, doubt }) => (
        <Text key={name} size="md" style={{ color: 'var(--page-limited)' }}>
          {name} {doubt}. Check that it is the value that you mean.
        </Text>
      ))}
      {left.length > 0 && (
        <>
          <Title order={2}>Left out · {left.length}</Title>
          <DataTable
            label="Variables that are left out"
            columns={['Variable', 'Line', 'Reason', 'Import too']}
          >
            {left.map((row) => (
              <tr key={`${row.line} ${row.name}`}>
                <th scope="row" className="mono">
                  {row.name}
                </th>
                <td>{row.line}</td>
                <td>
                  {included.has(row.name) ? 'Imported on your request' : reasonOf(row)}
                  {row.note !== undefined && <Text size="sm">{row.note}</Text>}
                </td>
                <td>
                  {(canInclude(row) || included.has(row.name)) && (
                    <Checkbox
                      aria-label={`Import ${row.name} too`}
                      disabled={busy}
                      checked={included.has(row.name)}
                      onChange={(event) => change(row.name, event.currentTarget.checked)}
                    />
                  )}
                </td>
              </tr>
            ))}
          </DataTable>
        </>
      )}
    </section>
  );
}
