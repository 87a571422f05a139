import type { CallContext } from '../../domain/access/caller.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { CredentialPatch } from '../../ports/credentials.js';
import type { Notice } from '../../ports/notices.js';
import type { Ports } from '../../ports/ports.js';
import { keeps } from './consent.js';
import { part, personOf } from './offerNotices.js';

type Needs = Pick<Ports, 'clock' | 'records'>;

/**
 * What the owner is asked to agree to when another user changes what the credential is chosen by, and receivers of
 * accepted offers when it gets new variables. One notice a day for each giver: to a receiver whatever the credential.
 */
export async function nameNotices(
  ports: Needs,
  call: CallContext,
  credential: Credential,
  patch: CredentialPatch,
): Promise<Notice[]> {
  const by = call.caller.principal;
  const giver = await personOf(ports, by);
  const day = ports.clock.now().toISOString().slice(0, 10);
  const { name, owner, serviceType } = credential;
  const notices: Notice[] = [];
  const put = (kind: 'held_back' | 'offer_names', to: string, about: string, facts: Record<string, string>) =>
    notices.push({
      credentialId: null,
      kind,
      period: `${part(to)}|${part(giver)}${about}/${day}`,
      recipient: to,
      body: { credential: name, service_type: serviceType, ...facts },
    });
  const changes = changesOf(credential, patch);
  if (changes.length > 0 && by !== owner && !(await keeps(ports, by, owner)))
    put('held_back', owner, `|${credential.id}`, { changed_by: giver, changes: changes.join('; ') });
  const added = Object.keys(patch.envNames ?? {}).filter((key) => credential.envNames[key] === undefined);
  const receivers = added.length === 0 ? [] : await ports.records.acceptors(credential.id);
  for (const receiver of receivers)
    if (receiver !== by && !(await keeps(ports, by, receiver)))
      put('offer_names', receiver, '', { giver, variables: shortList(added) });
  return notices;
}

function changesOf(before: Credential, { envNames, labels, name }: CredentialPatch): string[] {
  const variables = changedKeys(before.envNames, envNames);
  const keys = changedKeys(before.labels, labels);
  return [
    ...(variables.length > 0 ? [`variables ${shortList(variables)}`] : []),
    ...(keys.length > 0 ? [`labels ${shortList(keys)}`] : []),
    ...(name !== undefined && name !== before.name ? [`the name, now ${name}`] : []),
  ];
}

function changedKeys(before: Record<string, string>, after: Record<string, string> = before): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => before[key] !== after[key]);
}

function shortList(names: readonly string[]): string {
  const shown = [...names].sort().slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
