import type { Response } from 'express';
import { importAnswer } from '../../api/importAnswers.js';
import { importEnvBody, importVaultBody } from '../../api/imports.js';
import { type Imported, importEnv, importVault } from '../../usecases/imports/importCredentials.js';
import type { ImportReport } from '../../usecases/imports/importReplay.js';
import { idempotencyKey } from '../headers.js';
import { envImport, onceOf, vaultImport } from '../inputs.js';
import { json, parse, type Route } from '../route.js';

/** Names, classes and results; no value. */
function presentImport(report: ImportReport): Record<string, unknown> {
  return {
    dry_run: report.dryRun,
    tests: report.tests,
    groups: report.groups.map((g) => ({
      key: g.key,
      name: g.name,
      service_type: g.serviceType,
      result: g.result,
      credential_id: g.credentialId,
      variables: g.variables,
      also_claimed: g.alsoClaimed,
      problems: g.problems,
      differences: g.differences.map((d) => ({ ...d, at: d.at?.toISOString() ?? null })),
    })),
    rows: report.rows,
    warnings: report.warnings,
    still_in_environment: report.stillInEnvironment,
  };
}

function answerImport(response: Response, { answer, replayed }: Imported): void {
  if (replayed) response.set('Idempotent-Replayed', 'true');
  json(response, presentImport(answer));
}

export const importRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/api/imports/env',
    summary: 'Preview or import a .env',
    answer: importAnswer,
    auth: 'token',
    headers: { key: idempotencyKey },
    body: importEnvBody,
    handle: async ({ ports, call, request, response }) => {
      const key = idempotencyKey.read(request.get('idempotency-key')).idempotencyKey;
      const body = parse(importEnvBody, request.body);
      answerImport(response, await importEnv(ports, call, envImport(body), onceOf(key, body)));
    },
  },
  {
    method: 'post',
    path: '/api/imports/vault',
    summary: "Preview or import Glassdome's flat Vault layout",
    answer: importAnswer,
    auth: 'token',
    headers: { key: idempotencyKey },
    body: importVaultBody,
    handle: async ({ ports, call, request, response }) => {
      const key = idempotencyKey.read(request.get('idempotency-key')).idempotencyKey;
      const body = parse(importVaultBody, request.body);
      // The same import with another token is the same.
      const { vault_token, ...repeatable } = body;
      answerImport(response, await importVault(ports, call, vaultImport(body), onceOf(key, repeatable)));
    },
  },
];
