import * as answers from '../api/answers.js';
import { importEnvBody, importVaultBody } from '../api/credentials.js';
import { type ImportReport, importEnv, importVault } from '../usecases/importCredentials.js';
import { json, parse, type Route } from './route.js';

/** Names, classes and results; no value. */
function presentImport(report: ImportReport): Record<string, unknown> {
  return {
    dry_run: report.dryRun,
    groups: report.groups.map((g) => ({
      key: g.key,
      name: g.name,
      service_type: g.serviceType,
      result: g.result,
      credential_id: g.credentialId,
      variables: g.variables,
      problems: g.problems,
    })),
    rows: report.rows,
    warnings: report.warnings,
    still_in_environment: report.stillInEnvironment,
  };
}

export const importRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/api/imports/env',
    summary: 'Preview or import a .env',
    answer: answers.importAnswer,
    auth: 'token',
    body: importEnvBody,
    handle: async ({ ports, call, request, response }) =>
      json(response, presentImport(await importEnv(ports, call, parse(importEnvBody, request.body)))),
  },
  {
    method: 'post',
    path: '/api/imports/vault',
    summary: "Preview or import Glassdome's flat Vault layout",
    answer: answers.importAnswer,
    auth: 'token',
    body: importVaultBody,
    handle: async ({ ports, call, request, response }) =>
      json(response, presentImport(await importVault(ports, call, parse(importVaultBody, request.body)))),
  },
];
