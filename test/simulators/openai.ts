import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

/** OpenAI's model list. States: `spent`, `slow_down`, `no_scope`, `not_member`, `forbidden_address`, `open`. */
export const openaiKey = 'sk-svcacct-Qm9keV9hbmRfc291bA_T3BlbkFJ_c2VjcmV0X29mX3Rlc3Rz';

export async function startOpenai(): Promise<Simulator> {
  const simulator = await startSimulator({
    answer: (request) => answerOf(simulator, request),
    rateLimited: failure(429, 'rate_limit_exceeded', 'requests', 'Rate limit reached', {
      'retry-after': '7',
    }),
  });
  return simulator;
}

function failure(
  status: number,
  code: string | null,
  type: string,
  message: string,
  headers: Record<string, string> = {},
): SimulatedAnswer {
  return { status, headers, body: { error: { message, type, param: null, code } } };
}

function answerOf({ state }: Simulator, { url, headers }: SimulatedRequest): SimulatedAnswer {
  if (url.pathname !== '/v1/models') return failure(404, null, 'invalid_request_error', 'Invalid URL');
  if (state === 'open') return MODELS;
  const key = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  if (key === undefined) return failure(401, null, 'invalid_request_error', 'You didn’t provide an API key');
  if (key !== openaiKey)
    return failure(
      401,
      'invalid_api_key',
      'invalid_request_error',
      `Incorrect API key provided: ${key.slice(0, 8)}…`,
    );
  switch (state) {
    case 'spent':
      return failure(
        429,
        'credit_balance_exhausted',
        'insufficient_quota',
        'You exceeded your current quota',
      );
    case 'slow_down':
      return failure(429, 'slow_down', 'requests', 'Slow down');
    case 'no_scope':
      return failure(
        403,
        null,
        'invalid_request_error',
        'You have insufficient permissions. Missing scopes: api.model.read.',
      );
    case 'not_member':
      return failure(
        401,
        null,
        'invalid_request_error',
        'You must be a member of an organization to use the API',
      );
  }
  if ((headers['openai-organization'] ?? 'org-lab') !== 'org-lab')
    return failure(
      401,
      'mismatched_organization',
      'invalid_request_error',
      'You must be a member of an organization to use the API',
    );
  return MODELS;
}

const MODELS: SimulatedAnswer = {
  status: 200,
  headers: { 'openai-organization': 'org-lab' },
  body: {
    object: 'list',
    data: [
      { id: 'gpt-4', object: 'model', created: 1_687_882_411, owned_by: 'openai' },
      { id: 'gpt-6-sol', object: 'model', created: 1_787_882_411, owned_by: 'system' },
    ],
  },
};
