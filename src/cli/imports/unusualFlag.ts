import { UNUSUAL_KINDS } from '../../domain/secrecy/unusualValues.js';
import { repeated } from '../client/command.js';

/** The flag of every command that stores values. */
export const UNUSUAL_FLAG = [
  '--allow-unusual <kind>',
  `store a value that does not look like a secret: ${UNUSUAL_KINDS.join(', ')}; may be repeated`,
  repeated,
] as const;
