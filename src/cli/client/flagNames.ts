/** Members of the API's requests whose flags are not called like them. */
const FLAGS: Readonly<Record<string, string>> = {
  labels: '--label',
  env_names: '--env',
  rotation_interval_days: '--rotate-every',
  test_interval_minutes: '--test-every',
  accessible_by: '--team',
  accessible_level: '--level',
  secret_fields: '--secret',
  service_type: '--type',
  env: '--env',
  id: '--id',
  q: '--search',
  kinds: '--only',
  ca_pem: '--ca',
  channels: '--channel',
  keep_service_accounts: '--keep-service-accounts',
  'X-Used-By': '--used-by',
  'X-Break-Glass-Reason': '--reason',
};
/** Those whose flags are: `expires_at` → `--expires-at`. */
const ALIKE = new Set([
  ...['name', 'description', 'expires_at', 'shared', 'reason', 'health', 'status', 'label', 'team', 'owner'],
  ...['expiring_before', 'unused_since', 'limit', 'used_by', 'purpose', 'error_code'],
  ...['from', 'to', 'url', 'min_severity', 'timezone', 'action', 'actor', 'outcome', 'state'],
]);
const GRANT: Readonly<Record<string, string>> = {
  subject: '--to',
  subject_kind: '--to',
  level: '--level',
  expires_at: '--until',
};

/** `token_value` → `--token-value`. */
export const fieldFlag = (field: string): string => `--${field.replaceAll('_', '-')}`;

/** What a person wrote for a member of the request, by its path there: `fields.host` → `--host`. Unknown ones stay. */
export function flagOfPath(path: string): string {
  const [, part = path, rest] = /^([^.]+)\.(.+)$/.exec(path) ?? [];
  if (part === 'fields' && rest !== undefined) return fieldFlag(rest);
  if (part === 'grants') return GRANT[/^\d+\.(.+)$/.exec(rest ?? '')?.[1] ?? 'subject'] ?? path;
  if (part === 'quiet_hours')
    return rest === 'timezone' || rest === 'let_through' ? fieldFlag(rest) : '--quiet';
  if (part === 'items' && rest !== undefined) return flagOfPath(rest.replace(/^\d+\.?/, ''));
  const flag = FLAGS[part] ?? (ALIKE.has(part) ? fieldFlag(part) : undefined);
  if (flag === undefined) return path;
  // Which one of several is seen by its value.
  return rest === undefined || /^\d+$/.test(rest) ? flag : `${flag} ${rest}`;
}
