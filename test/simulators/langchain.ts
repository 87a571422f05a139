import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

/**
 * LangSmith's workspaces, with the bodies that its clients report: 401 `{"detail":"Invalid token"}` and 403
 * `{"error":"Forbidden"}` or `{"detail":"Forbidden"}` for a key that it does not know. States: `no_right`, `organization`,
 * `nothing`, `admin`, `several`, `forbidden`, `forbidden_detail`, `open`.
 */
export const langchainKey = 'lsv2_sk_0123456789abcdef0123456789abcdef_0123456789';
export const langchainWorkspace = '7b8f9a10-1111-4222-8333-444455556666';

export async function startLangchain(): Promise<Simulator> {
  const simulator = await startSimulator({ answer: (request) => answerOf(simulator, request) });
  return simulator;
}

function answerOf({ state }: Simulator, { url, headers }: SimulatedRequest): SimulatedAnswer {
  if (url.pathname === '/api/v1/info')
    return { status: 200, body: { version: '0.11.2', instance_flags: {} } };
  if (url.pathname !== '/api/v1/workspaces') return { status: 404, body: { detail: 'Not Found' } };
  if (state === 'open') return { status: 200, body: [workspace('Editor')] };
  if (headers['x-api-key'] === undefined) return { status: 401, body: { detail: 'Unauthorized' } };
  if (headers['x-api-key'] !== langchainKey)
    return REFUSED[state] ?? { status: 401, body: { detail: 'Invalid token' } };
  if (state === 'no_right') return { status: 403, body: { detail: 'Missing permission: workspaces:read' } };
  if (state === 'organization' && headers['x-tenant-id'] !== langchainWorkspace)
    return { status: 403, body: { error: 'org_scoped_key_requires_workspace' } };
  if (state === 'nothing') return { status: 200, body: [] };
  if (state === 'several') return { status: 200, body: [workspace('Editor'), workspace('Editor')] };
  const role = state === 'admin' ? 'Admin' : 'Editor';
  return { status: 200, body: [workspace(role)] };
}

const REFUSED: Readonly<Record<string, SimulatedAnswer>> = {
  forbidden: { status: 403, body: { error: 'Forbidden' } },
  forbidden_detail: { status: 403, body: { detail: 'Forbidden' } },
};

const workspace = (role: string) => ({
  id: langchainWorkspace,
  display_name: 'Lab',
  tenant_handle: 'lab',
  organization_id: '0f1e2d3c-4b5a-4968-8776-655443322110',
  is_personal: false,
  role_name: role,
  permissions: ['runs:read', 'runs:create'],
  read_only: false,
});
