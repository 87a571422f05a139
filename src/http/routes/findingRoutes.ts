import { findingPage, findingQuery } from '../../api/findings.js';
import type { ListedFinding } from '../../ports/findings.js';
import { listFindings } from '../../usecases/reconcile/findings.js';
import { json, parse, type Route } from '../route.js';

/** What in Vault is not as the broker stored it. */
export const findingRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/findings',
    summary:
      'What in Vault is not as the broker stored it: of credentials that you own or manage, for admins of all',
    answer: findingPage,
    auth: 'token',
    query: findingQuery,
    handle: async ({ ports, call, request, response }) => {
      const { kind, resolved, limit, cursor } = parse(findingQuery, request.query);
      const filter = { resolved, ...(kind !== undefined && { kind }) };
      const page = await listFindings(ports, call, filter, {
        limit,
        ...(cursor !== undefined && { cursor }),
      });
      json(response, { items: page.items.map(presentFinding), next_cursor: page.nextCursor ?? null });
    },
  },
];

function presentFinding({ finding: f, credential: c }: ListedFinding): Record<string, unknown> {
  return {
    id: f.id,
    kind: f.kind,
    credential:
      c === null ? null : { id: f.credentialId, name: c.name, service_type: c.serviceType, owner: c.owner },
    path: f.path,
    version: f.version,
    facts: f.facts,
    found_at: f.foundAt,
    resolved_at: f.resolvedAt,
    resolution: f.resolution,
  };
}
