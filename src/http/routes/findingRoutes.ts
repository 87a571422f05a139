import type { z } from 'zod';
import { type findingAnswer, findingPage, findingQuery } from '../../api/findings.js';
import type { ListedFinding } from '../../ports/findings.js';
import { listFindings } from '../../usecases/reconcile/findings.js';
import { iso, isoOrNull } from '../present/moments.js';
import { paged, pageOf, type Route, route } from '../route.js';

/** What in Vault is not as the broker stored it. */
export const findingRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/findings',
    id: 'listFindings',
    tag: 'Operations',
    summary: 'List what is in Vault but not as the broker stored it',
    description: 'You see findings about credentials that you own or manage. Admins see all.',
    auth: 'token',
    query: findingQuery,
    answer: findingPage,
    handle: async ({ ports, call, query }) => {
      const { kind, resolved } = query;
      const filter = { resolved, ...(kind !== undefined && { kind }) };
      return paged(await listFindings(ports, call, filter, pageOf(query)), presentFinding);
    },
  }),
];

function presentFinding({ finding: f, credential: c }: ListedFinding): z.output<typeof findingAnswer> {
  return {
    id: f.id,
    kind: f.kind,
    credential:
      c === null || f.credentialId === null
        ? null
        : { id: f.credentialId, name: c.name, service_type: c.serviceType, owner: c.owner },
    path: f.path,
    version: f.version,
    facts: f.facts,
    found_at: iso(f.foundAt),
    resolved_at: isoOrNull(f.resolvedAt),
    resolution: f.resolution,
  };
}
