import { proxmoxCases } from './proxmoxCases.js';
import type { ServiceCases } from './serviceCases.js';

/** One for each service of the registry. */
export const allCases: readonly ServiceCases[] = [proxmoxCases];
