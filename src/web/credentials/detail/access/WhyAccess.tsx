import { Autocomplete, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Grant, SeenCredential } from '../../../client/contract.js';
import { Section } from '../../../parts/Section.js';
import { useNow } from '../../../parts/time.js';
import { useSession } from '../../../session/SessionGate.js';
import { nameOf } from '../../principals.js';
import { accessReasons } from './accessReasons.js';
import { roleIn, type Subjects, subjectIn, suggestions } from './subjects.js';

interface Props {
  credential: SeenCredential;
  grants: readonly Grant[];
  subjects: Subjects;
}

/** Answers why somebody may read the credential, by what the user sees of grants, teams and roles. */
export function WhyAccess({ credential, grants, subjects }: Props) {
  const [typed, setTyped] = useState('');
  const me = useSession();
  const now = useNow();
  const accounts = suggestions('service_account', subjects);
  const known = [...new Set([nameOf(credential.owner), ...suggestions('user', subjects), ...accounts])];
  const isAccount = accounts.includes(typed) || typed.startsWith('sa:');
  const principal = subjectIn(isAccount ? 'service_account' : 'user', typed, subjects);
  const roleOf = roleIn(subjects, me);
  const { owner } = credential;
  const answer =
    typed.trim() === ''
      ? undefined
      : accessReasons(principal, { owner, grants, teams: subjects.teams, roleOf, now });
  return (
    <Section title="Why can somebody read it?">
      <Stack gap="sm" maw={520}>
        <Autocomplete
          label="Person or service account"
          // The answer below is not covered by the one name that was meant.
          data={known.filter((name) => name !== typed)}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
        />
        <div role="status">
          {answer !== undefined && (
            <>
              <Text size="md" fw={500}>
                {answer.verdict}
              </Text>
              {answer.ways.map((way) => (
                <Text key={way} size="md">
                  {way}
                </Text>
              ))}
            </>
          )}
        </div>
      </Stack>
    </Section>
  );
}
