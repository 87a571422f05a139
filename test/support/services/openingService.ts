import { type Simulator, startSimulator } from './simulator.js';

export interface OpeningService {
  simulator: Simulator;
  /** How often each key signed in. */
  logins: Map<string, number>;
  /** Fields of a credential of type `other` that is tested here. */
  fields(key: string): Record<string, string>;
}

/** A host that takes any key, and counts who signed in how often. */
export async function startOpeningService(address: string, delayMs = 0): Promise<OpeningService> {
  const logins = new Map<string, number>();
  const simulator = await startSimulator({
    plain: true,
    address,
    answer: ({ headers }) => {
      const key = String(headers['x-api-key'] ?? '');
      if (key === '') return { status: 401, body: {} };
      logins.set(key, (logins.get(key) ?? 0) + 1);
      return { status: 200, body: {} };
    },
  });
  simulator.delayMs = delayMs;
  return {
    simulator,
    logins,
    fields: (key) => ({
      api_key: key,
      test_url: `${simulator.url}/whoami`,
      test_headers: 'X-Api-Key: {api_key}',
    }),
  };
}
