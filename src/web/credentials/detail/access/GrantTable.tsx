import { Button, Group } from '@mantine/core';
import type { Grant, SeenCredential } from '../../../client/contract.js';
import { DataTable } from '../../../parts/DataTable.js';
import { Moment } from '../../../parts/Moment.js';
import { useSession } from '../../../session/SessionGate.js';
import { nameOf } from '../../principals.js';
import { accountName, KIND_WORDS, type Subjects } from './subjects.js';

interface Props {
  credential: SeenCredential;
  grants: readonly Grant[];
  subjects: Subjects;
  /** Undefined for those who may not share. */
  acts?: { busy: string | undefined; change(grant: Grant): void; remove(grant: Grant, name: string): void };
}

/** The owner, then everybody it is shared with. */
export function GrantTable({ credential, grants, subjects, acts }: Props) {
  const { principal } = useSession();
  return (
    <DataTable label="Access" columns={['Who', 'Kind', 'May', 'Until', ...(acts ? ['-Actions'] : [])]}>
      <tr>
        <th scope="row">{credential.owner === principal ? 'You' : nameOf(credential.owner)}</th>
        <td>{credential.owner.startsWith('team:') ? 'Team' : 'Person'}</td>
        <td>own</td>
        <td className="dim">without an end</td>
        {acts && <td />}
      </tr>
      {grants.map((grant) => {
        const name = grant.subject === principal ? 'You' : accountName(grant.subject, subjects);
        return (
          <tr key={`${grant.subject_kind} ${grant.subject}`}>
            <th scope="row">{name}</th>
            <td>{KIND_WORDS[grant.subject_kind]}</td>
            <td>{grant.level}</td>
            <td>
              <Moment at={grant.expires_at} none="without an end" />
            </td>
            {acts && (
              <td>
                <Group gap="xs" wrap="nowrap" justify="end">
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={`Change ${name}`}
                    onClick={() => acts.change(grant)}
                  >
                    Change
                  </Button>
                  <Button
                    size="compact-sm"
                    variant="default"
                    loading={acts.busy === `remove ${grant.subject}`}
                    aria-label={`Remove ${name}`}
                    onClick={() => acts.remove(grant, name)}
                  >
                    Remove
                  </Button>
                </Group>
              </td>
            )}
          </tr>
        );
      })}
    </DataTable>
  );
}
