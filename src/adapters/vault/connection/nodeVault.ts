import nodeVault from 'node-vault';
import type { VaultAnswer, VaultClient, VaultMethod, VaultRequestOptions } from './client.js';
import type { Transport } from './transport.js';

/** What `client.request` of node-vault hands to the function that takes the place of its HTTP library. */
interface NodeVaultRequest {
  method: VaultMethod;
  uri: string;
  headers: Record<string, string>;
  json?: object;
  broker?: VaultRequestOptions;
}

/** node-vault reads its environment variables for whatever is falsy; this is neither empty nor a token. */
const NO_TOKEN = 'none';

/**
 * node-vault over our own transport. As it comes it has no time-out, follows redirects with the token, falls back to
 * `VAULT_*` variables, prints written values under `DEBUG` and throws errors that carry token and body; here the
 * transport, the endpoint, the token, `debug` and the judgement of answers are ours, and node-vault shapes the request.
 * `token` is asked on every request, so that a renewed login counts at once.
 */
export function createVaultClient(transport: Transport, token: () => string | null): VaultClient {
  const prefix = `${transport.address}/v1/`;
  const send = async (request: NodeVaultRequest): Promise<VaultAnswer> => {
    if (!request.uri.startsWith(prefix)) throw new TypeError('node-vault left its endpoint');
    const own = request.headers['X-Vault-Token'];
    return transport.send({
      method: request.method,
      path: request.uri.slice(prefix.length),
      token: own === NO_TOKEN ? null : own,
      body: request.json,
      timeoutMs: request.broker?.timeoutMs,
      signal: request.broker?.signal,
      wrapTtlSeconds: request.broker?.wrapTtlSeconds,
    });
  };
  const client = nodeVault({
    endpoint: transport.address,
    token: NO_TOKEN,
    apiVersion: 'v1',
    debug: () => undefined,
    rpDefaults: { strictSSL: true },
    'request-promise': { defaults: () => send },
  } as nodeVault.VaultOptions);
  Object.assign(client, {
    pathPrefix: '',
    namespace: '',
    handleVaultResponse: (answer: VaultAnswer) => answer,
  });
  return {
    request: (method: VaultMethod, path: string, body?: object, options: VaultRequestOptions = {}) => {
      const used = options.token === undefined ? token() : options.token;
      const request = {
        method,
        path: `/${path}`,
        json: body,
        headers: { 'X-Vault-Token': used ?? NO_TOKEN },
        broker: options,
      };
      return client.request(request) as Promise<VaultAnswer>;
    },
  };
}
