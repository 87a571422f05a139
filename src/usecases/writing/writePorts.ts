import type { Ports } from '../../ports/ports.js';

/** What the write path needs. */
export type WritePorts = Pick<
  Ports,
  | 'clock'
  | 'log'
  | 'records'
  | 'changes'
  | 'idempotencyKeys'
  | 'store'
  | 'fingerprints'
  | 'auditLog'
  | 'outbound'
  | 'testPace'
>;
