import type { z } from 'zod';
import { importAnswer, importEnvBody, importVaultBody } from '../../api/imports.js';
import { type Imported, importEnv, importVault } from '../../usecases/imports/importCredentials.js';
import type { ImportReport } from '../../usecases/imports/importReplay.js';
import { idempotencyKey, replayed as replayedHeader } from '../headers.js';
import { envImport, onceOf, vaultImport } from '../inputs.js';
import { isoOrNull } from '../present/moments.js';
import { Reply } from '../reply.js';
import { type Route, route } from '../route.js';

const shared = {
  method: 'post',
  tag: 'Imports',
  auth: 'token',
  headers: { idempotencyKey },
  answer: importAnswer,
  answerHeaders: [replayedHeader],
} as const;

export const importRoutes: readonly Route[] = [
  route({
    ...shared,
    path: '/api/imports/env',
    id: 'importEnv',
    summary: 'Preview or import a .env file',
    description: 'A preview unless `dry_run` is false. Values are never part of the answer.',
    body: importEnvBody,
    handle: async ({ ports, call, body, headers }) =>
      replyOf(await importEnv(ports, call, envImport(body), onceOf(headers.idempotencyKey, body))),
  }),
  route({
    ...shared,
    path: '/api/imports/vault',
    id: 'importVault',
    summary: "Preview or import Glassdome's legacy Vault layout",
    description: 'A preview unless `dry_run` is false. Values are never part of the answer. Admins only.',
    body: importVaultBody,
    handle: async ({ ports, call, body, headers }) => {
      // The same import with another token is the same.
      const { vault_token, ...repeatable } = body;
      const once = onceOf(headers.idempotencyKey, repeatable);
      return replyOf(await importVault(ports, call, vaultImport(body), once));
    },
  }),
];

const replyOf = ({ answer, replayed }: Imported) =>
  new Reply(presentImport(answer), replayed ? { 'Idempotent-Replayed': 'true' } : {});

/** Names, classes and results; no value. */
function presentImport(report: ImportReport): z.output<typeof importAnswer> {
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
      differences: g.differences.map((d) => ({ ...d, at: isoOrNull(d.at ?? null) })),
    })),
    rows: report.rows,
    warnings: report.warnings,
    still_in_environment: report.stillInEnvironment,
  };
}
