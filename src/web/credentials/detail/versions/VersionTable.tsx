import { Badge, Button, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { SeenCredential, VersionList } from '../../../client/contract.js';
import { listVersions } from '../../../client/credentialParts.js';
import { DataTable } from '../../../parts/DataTable.js';
import { Moment } from '../../../parts/Moment.js';
import { Problem } from '../../../parts/Problem.js';
import { nameOf } from '../../principals.js';
import { useRights } from '../../rights.js';
import { useVersionActs } from './useVersionActs.js';

type Version = VersionList['items'][number];

const SOURCES: Readonly<Record<Version['source'], string>> = {
  api: 'API',
  cli: 'command line',
  web: 'page',
  import: 'import',
  rotation: 'rotation',
  drift: 'written in Vault',
};
const STATES: Readonly<Record<Version['state'], string>> = {
  available: '',
  deleted: 'Deleted in Vault',
  destroyed: 'Destroyed in Vault',
  dropped: 'No longer in Vault',
};

/** The versions of the values, newest first: who stored each, why, and the names of what changed. */
export function VersionTable({ credential }: { credential: SeenCredential }) {
  const { id, active_version } = credential;
  const { data, error, refetch } = useQuery({
    queryKey: ['credential', id, 'versions', active_version],
    queryFn: ({ signal }) => listVersions(id, { signal }),
  });
  const acts = useVersionActs(credential);
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={80} />;
  if (data.items.length === 0) return <Text size="md">No version is stored yet.</Text>;
  return (
    <DataTable label="Versions" columns={['Version', 'Stored', 'By', 'Changed', 'Reason', '-Actions']}>
      {data.items.map((version) => (
        <tr key={version.version}>
          <th scope="row">
            <Group gap="xs" wrap="nowrap">
              {version.version}
              {version.version === active_version && (
                <Badge size="sm" variant="light">
                  Active
                </Badge>
              )}
            </Group>
            {STATES[version.state] !== '' && <Text size="sm">{STATES[version.state]}</Text>}
          </th>
          <td>
            <Moment at={version.created_time} />
          </td>
          <td>
            {nameOf(version.author)} <span className="dim">({SOURCES[version.source]})</span>
          </td>
          <td>
            <span className="mono">{version.changed_fields.join(', ')}</span>
          </td>
          <td>{version.reason ?? '–'}</td>
          <td>
            <VersionActions {...{ credential, version, acts }} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

interface ActionProps {
  credential: SeenCredential;
  version: Version;
  acts: ReturnType<typeof useVersionActs>;
}

/** For versions that are not active and that Vault still has. */
function VersionActions({ credential, version: { version, state }, acts }: ActionProps) {
  const may = useRights();
  if (version === credential.active_version || state !== 'available' || credential.status === 'deleted')
    return null;
  const name = `version ${version}`;
  return (
    <Group gap="xs" wrap="nowrap" justify="end">
      {may(credential, 'use') && (
        <Button
          size="compact-sm"
          variant="default"
          loading={acts.busy === `test ${version}`}
          aria-label={`Test ${name}`}
          onClick={() => void acts.test(version)}
        >
          Test
        </Button>
      )}
      {may(credential, 'edit') && (
        <Button
          size="compact-sm"
          variant="default"
          loading={acts.busy === `activate ${version}`}
          aria-label={`Use this version: ${version}`}
          onClick={() => void acts.activate(version)}
        >
          Use this version
        </Button>
      )}
    </Group>
  );
}
