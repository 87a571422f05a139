import type { CallContext } from '../../domain/access/caller.js';

/** What the broker does of itself is audited as done by `system`. */
export function systemCall(): CallContext {
  return {
    caller: { kind: 'worker', principal: 'system', name: 'system', role: 'admin', mustChangePassword: false },
    requestId: 'system',
    ip: '',
  };
}
