import type { z } from 'zod';
import type { consumerList, credentialSummary, listedCredential } from '../../api/lists/credentialList.js';
import type { Health } from '../../domain/credentials/credential.js';
import { SERVICE_GROUPS } from '../../domain/credentials/serviceGroups.js';
import type { ServiceType } from '../../domain/credentials/serviceType.js';
import type { Consumer, CredentialSummary } from '../../ports/credentials.js';
import type { SeenInList, summarizeCredentials } from '../../usecases/credentials/listCredentials.js';
import { iso, isoOrNull } from './moments.js';
import { presentCredential } from './presenters.js';

export function presentListed(item: SeenInList): z.output<typeof listedCredential> {
  return {
    ...presentCredential(item.credential),
    access: item.isOwner ? ('owner' as const) : item.level,
    last_used_at: isoOrNull(item.lastUsedAt),
    offered: item.offered,
    attention: item.attention,
  };
}

export function presentSummary(
  summary: Awaited<ReturnType<typeof summarizeCredentials>>,
): z.output<typeof credentialSummary> {
  return {
    total: summary.total,
    attention: summary.attention,
    groups: groupsOf(summary.counts),
    expiring: summary.expiring.map(({ id, name, serviceType, expiresAt }) => ({
      id,
      name,
      service_type: serviceType,
      expires_at: iso(expiresAt),
    })),
    needs: summary.needs.map(({ id, name, serviceType, health, attention }) => ({
      id,
      name,
      service_type: serviceType,
      health,
      attention,
    })),
  };
}

function groupsOf(counts: CredentialSummary['counts']): z.output<typeof credentialSummary>['groups'] {
  return SERVICE_GROUPS.map(({ group, title, types }) => ({
    group,
    title,
    service_types: types.map((type) => typeSummary(type, counts)).filter(({ total }) => total > 0),
  })).filter(({ service_types }) => service_types.length > 0);
}

function typeSummary(type: ServiceType, counts: CredentialSummary['counts']) {
  const own = counts.filter(({ serviceType }) => serviceType === type);
  const of = (health: Health) => own.find((one) => one.health === health)?.count ?? 0;
  return {
    service_type: type,
    total: own.reduce((sum, { count }) => sum + count, 0),
    health: {
      ok: of('ok'),
      limited: of('limited'),
      rejected: of('rejected'),
      unreachable: of('unreachable'),
      unchecked: of('unchecked'),
    },
  };
}

export function presentConsumers({
  since,
  items,
}: {
  since: Date;
  items: readonly Consumer[];
}): z.output<typeof consumerList> {
  return {
    since: iso(since),
    items: items.map(({ usedBy, caller, lastUsedAt, uses, failures }) => ({
      used_by: usedBy,
      caller,
      last_used_at: iso(lastUsedAt),
      uses,
      failures,
    })),
  };
}
