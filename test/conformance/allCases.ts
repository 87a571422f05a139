import { anthropicCases } from './anthropicCases.js';
import { awsCases } from './awsCases.js';
import { azureCases } from './azureCases.js';
import { dockerSwarmCases } from './dockerSwarmCases.js';
import { googleCloudCases } from './googleCloudCases.js';
import { grafanaCases } from './grafanaCases.js';
import { hypervCases } from './hypervCases.js';
import { kubernetesCases } from './kubernetesCases.js';
import { langchainCases } from './langchainCases.js';
import { openaiCases } from './openaiCases.js';
import { otherCases } from './otherCases.js';
import { prometheusCases } from './prometheusCases.js';
import { proxmoxCases } from './proxmoxCases.js';
import type { ServiceCases } from './serviceCases.js';
import { vmwareCases } from './vmwareCases.js';

/** One for each service of the registry. */
export const allCases: readonly ServiceCases[] = [
  proxmoxCases,
  vmwareCases,
  hypervCases,
  azureCases,
  awsCases,
  googleCloudCases,
  openaiCases,
  anthropicCases,
  langchainCases,
  kubernetesCases,
  dockerSwarmCases,
  prometheusCases,
  grafanaCases,
  otherCases,
];
