import { Checkbox, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { serviceName } from '../credentials/services.js';
import { DataTable } from '../parts/DataTable.js';
import type { ImportSteps } from './useImport.js';
import { canImport, canOverwrite, type Group, resultWord, toneOf } from './words.js';

interface Props {
  groups: readonly Group[];
  /** Before the import: what can be chosen. */
  steps?: ImportSteps;
}

/** One row for each credential: what happens with it, from which variables, and what is in the way. */
export function GroupTable({ groups, steps }: Props) {
  const columns = ['Name', 'Service', 'What happens', 'Variables'];
  return (
    <DataTable
      label="Credentials of the file"
      columns={steps === undefined ? columns : ['-Import', ...columns]}
    >
      {groups.map((group) => (
        <tr key={group.key}>
          {steps !== undefined && (
            <td>
              <Choice group={group} steps={steps} />
            </td>
          )}
          <th scope="row">
            {group.credential_id === null ? (
              group.name
            ) : (
              <Link to="/credentials/$id" params={{ id: group.credential_id }}>
                {group.name}
              </Link>
            )}
          </th>
          <td>{serviceName(group.service_type)}</td>
          <td>
            <span style={{ color: toneOf(group) }}>{resultWord(group.result)}</span>
            <Reasons group={group} />
            {steps !== undefined && <Overwrite group={group} steps={steps} />}
          </td>
          <td className="mono">{group.variables.join(', ')}</td>
        </tr>
      ))}
    </DataTable>
  );
}

function Choice({ group, steps }: { group: Group; steps: ImportSteps }) {
  const { choices, choose } = steps;
  const change = (on: boolean) => {
    const without = new Set(choices.without);
    on ? without.delete(group.key) : without.add(group.key);
    choose({ without });
  };
  return (
    <Checkbox
      aria-label={`Import ${group.name}`}
      disabled={!canImport(group)}
      checked={canImport(group) && !choices.without.has(group.key)}
      onChange={(event) => change(event.currentTarget.checked)}
    />
  );
}

/** Asks for the preview again: what happens is another thing afterwards. */
function Overwrite({ group, steps }: { group: Group; steps: ImportSteps }) {
  const { choices, look, busy } = steps;
  const isOn = choices.overwrite.includes(group.key);
  if (!canOverwrite(group) && !isOn) return null;
  const others = choices.overwrite.filter((key) => key !== group.key);
  return (
    <Checkbox
      mt={4}
      size="xs"
      label="Take the values of the file"
      disabled={busy}
      checked={isOn}
      onChange={() => void look({ ...choices, overwrite: isOn ? others : [...others, group.key] })}
    />
  );
}

function Reasons({ group }: { group: Group }) {
  const { problems, differences, also_claimed } = group;
  return (
    <Stack gap={2}>
      {problems.map(({ field, rule }) => (
        <Text key={`${field} ${rule}`} size="sm">
          {field.replace(/^fields\./, '')} {rule}.
        </Text>
      ))}
      {differences.map(({ field, by }) => (
        <Text key={field} size="sm">
          {field} was changed here{by === null ? '' : ` by ${by}`}.
        </Text>
      ))}
      {also_claimed.map(({ variable, by }) => (
        <Text key={variable} size="sm">
          {variable} is also set by {by.join(', ')}. With two of them, neither is used: remove it from one.
        </Text>
      ))}
    </Stack>
  );
}
