import type { z } from 'zod';
import type { healthAnswer } from '../../../api/tests.js';
import type { Cli } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { findCredential } from '../../client/find.js';
import { fetchTemplate, fieldSpecs } from '../../forms/fieldFlags.js';
import { tlsLine } from '../../forms/insecure.js';
import { cell, printJson, printPairs } from '../../terminal/output.js';

/** In the order in which they are shown; what the broker answers beyond is for `--json`. */
const LABELS: Readonly<Record<string, string>> = {
  name: 'Name',
  service_type: 'Service',
  owner: 'Owner',
  access: 'Your access',
  description: 'Description',
  status: 'Status',
  health: 'Health',
  tls: 'TLS',
  last_tested_at: 'Last tested',
  last_test_code: 'Last test result',
  identity: 'Signs in as',
  next_test_at: 'Next test',
  test_interval_minutes: 'Tested every (minutes)',
  labels: 'Labels',
  env_names: 'Variables',
  active_version: 'Active version',
  latest_version: 'Latest version',
  expires_at: 'Expires',
  rotation_interval_days: 'Rotate every (days)',
  last_rotated_at: 'Last rotated',
  next_rotation_at: 'Rotate by',
  last_used_at: 'Last used',
  created_at: 'Created',
  created_by: 'Created by',
  updated_at: 'Changed',
  updated_by: 'Changed by',
  deleted_at: 'Deleted',
  id: 'ID',
};

/** Metadata and settings; no value of a secret. */
export const show = leaf('show', 'show metadata and settings, without secrets')
  .argument('<credential>', 'name, owner/name or id')
  .action(
    withBroker(async (cli, { json }, [word = '']) => {
      const { id } = await findCredential(cli, word);
      const { body } = await cli.call<Record<string, unknown>>(`/api/credentials/${id}`);
      const health = (await cli.call<HealthAnswer>(`/api/credentials/${id}/health`)).body;
      if (json) return printJson({ ...body, uptime: health.uptime });
      const facts = Object.entries(LABELS).map(([key, label]) => [label, shown(key, body)] as const);
      printPairs([
        ...facts.filter(([, value]) => cell(value) !== '-'),
        ...uptimeOf(health),
        ['Fields', ''],
        ...(await fieldsOf(cli, body)),
      ]);
    }),
  );

function shown(key: string, body: Record<string, unknown>): unknown {
  if (key === 'tls') return tlsLine(body[key]);
  const isBlocked = body['health'] === 'unreachable' && body['last_test_code'] === 'denied_by_policy';
  return key === 'health' && isBlocked ? 'not tested: Blocked by the broker’s network policy' : body[key];
}

/** Less than this says nothing about a service. */
const WORTH_SHOWING_S = 3_600;

type HealthAnswer = z.output<typeof healthAnswer>;

function uptimeOf({ uptime, runs }: HealthAnswer): (readonly [string, unknown])[] {
  const checked = Object.entries(uptime).filter(
    ([, { ratio, checked_seconds }]) => ratio !== null && checked_seconds >= WORTH_SHOWING_S,
  );
  const told = checked.map(([window, { ratio }]) => `${((ratio ?? 0) * 100).toFixed(2)} % of ${window}`);
  const last = runs.slice(0, 3).map(({ tested_at, code }) => `${code} (${cell(tested_at)})`);
  return [
    ...(told.length === 0 ? [] : [['Uptime while checked', told.join(', ')] as const]),
    ...(last.length === 0 ? [] : [['Last tests', last.join(', ')] as const]),
  ];
}

/** Called as the form of the service calls them. */
async function fieldsOf(cli: Cli, body: Record<string, unknown>): Promise<(readonly [string, unknown])[]> {
  const template = await fetchTemplate(cli, String(body['service_type']));
  const labels = new Map(fieldSpecs(template).map((spec) => [spec.name, spec.label]));
  const label = (name: string) => `  ${labels.get(name) ?? name}`;
  return [
    ...Object.entries(body['settings'] as object).map(
      ([name, value]) => [label(name), inOneLine(value)] as const,
    ),
    ...(body['secret_fields'] as string[]).map((name) => [label(name), '••••••'] as const),
  ];
}

/** Several lines don't fit into a list of facts; `--json` has them. */
export function inOneLine(value: unknown): unknown {
  if (typeof value !== 'string' || !/[\r\n]/.test(value.trim())) return value;
  const certificates = value.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/g)?.length ?? 0;
  const what =
    certificates > 0
      ? `${certificates} certificate${certificates === 1 ? '' : 's'} in PEM form`
      : `${value.trim().split(/\r?\n/).length} lines`;
  return `${what}, ${value.length} characters (--json shows them)`;
}
