import { createHmac } from 'node:crypto';
import type { RowKey } from '../../../domain/audit/auditChain.js';
import { BrokerError } from '../../../domain/errors.js';
import type { Log } from '../../../ports/runtime.js';
import type { ChainKeys } from '../../../ports/vault.js';
import { badAnswer } from '../connection/faults.js';
import { base64, type Transit } from './transit.js';
import { AUDIT_ROWS_KEY } from './transitKeys.js';

const OPERATION = `hmac/${AUDIT_ROWS_KEY}/sha2-256`;
const MOST_AT_ONCE = 200;

/** Each chain's key is the HMAC of its name; the version is the one that Vault names in its answer. */
export function createChainKeys(transit: Transit, log: Log): ChainKeys {
  return {
    async newest(chain) {
      try {
        return keyOf(await transit.compute(OPERATION, { input: inputOf(chain) }, 'hmac'));
      } catch (error) {
        if (isKeyMissing(error))
          log.error('audit_key_missing', {
            key: AUDIT_ROWS_KEY,
            fix: 'run glassdome-broker bootstrap again',
          });
        throw error;
      }
    },
    async known(chains) {
      const keys: (RowKey | null)[] = chains.map(() => null);
      for (const version of new Set(chains.map((each) => each.version))) {
        const places = [...chains.keys()].filter((n) => chains[n]?.version === version);
        for (let n = 0; n < places.length; n += MOST_AT_ONCE) {
          const page = places.slice(n, n + MOST_AT_ONCE);
          const batch = page.map((place) => ({ input: inputOf(chains[place]?.chain ?? '') }));
          const body = { batch_input: batch, key_version: version };
          // A version that does not exist is refused as a whole.
          const answers = await transit.computeAll(OPERATION, body, 'hmac');
          for (const [index, place] of page.entries())
            keys[place] = answers === null ? null : keyOf(answers[index]);
        }
      }
      return keys;
    },
  };
}

/** The key is not there, or this login may not use it: Vault was prepared by an older release. */
export function isKeyMissing(error: unknown): boolean {
  return error instanceof BrokerError && /\b(denied|refused|missing|no_mount)\b/.test(error.log ?? '');
}

function inputOf(chain: string): string {
  return base64(JSON.stringify(['audit chain', chain]));
}

function keyOf(answer: unknown): RowKey {
  const [, version, text] = /^vault:v(\d+):([A-Za-z0-9+/=]+)$/.exec(String(answer)) ?? [];
  if (version === undefined || text === undefined) throw badAnswer('an HMAC of another form');
  const key = Buffer.from(text, 'base64');
  return { mac: (hash) => `${version}:${createHmac('sha256', key).update(hash).digest('base64url')}` };
}
