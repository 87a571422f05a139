import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

/**
 * Anthropic's model list. States: `no_right`, `billing`, `spend_limit`, `own_limit`, `ramp`, `disabled`,
 * `overloaded`, `open`.
 */
export const anthropicKey = `sk-ant-api03-${'Qb7_x-'.repeat(15)}abcAA`;

export async function startAnthropic(): Promise<Simulator> {
  const simulator = await startSimulator({
    answer: (request) => answerOf(simulator, request),
    rateLimited: failure(429, 'rate_limit_error', {}, { 'retry-after': '7' }),
  });
  return simulator;
}

function failure(
  status: number,
  type: string,
  more: object = {},
  headers: Record<string, string> = {},
): SimulatedAnswer {
  return {
    status,
    headers,
    body: { type: 'error', error: { type, message: 'no', ...more }, request_id: 'req_1' },
  };
}

function answerOf({ state }: Simulator, { url, headers }: SimulatedRequest): SimulatedAnswer {
  if (url.pathname !== '/v1/models') return failure(404, 'not_found_error');
  if (headers['anthropic-version'] !== '2023-06-01') return failure(400, 'invalid_request_error');
  if (state !== 'open' && headers['x-api-key'] !== anthropicKey)
    return failure(401, 'authentication_error', { message: 'invalid x-api-key' });
  switch (state) {
    case 'no_right':
      return failure(403, 'permission_error');
    case 'disabled':
      return failure(404, 'not_found_error');
    case 'billing':
      return failure(402, 'billing_error');
    case 'spend_limit':
      return failure(429, 'rate_limit_error', { details: { error_code: 'enforced_spend_limit_reached' } });
    case 'own_limit':
      return failure(400, 'invalid_request_error', {
        message: 'You have reached your specified API spend limits.',
      });
    case 'ramp':
      return failure(429, 'rate_limit_error', { details: { error_code: 'ramp_limit_exceeded' } });
    case 'overloaded':
      return failure(529, 'overloaded_error');
  }
  const model = (id: string) => ({ type: 'model', id, display_name: id, created_at: '2026-02-19T00:00:00Z' });
  return {
    status: 200,
    headers: { 'anthropic-organization-id': 'org-1234' },
    body: { data: [model('claude-opus-5-5'), model('claude-haiku-5-5')], has_more: false },
  };
}
