import type { SeenCredential, UpdateCredential } from '../../client/contract.js';
import { localTime } from '../localTime.js';

/** What people set of a credential besides its fields, in the order of the form. */
export const META_FIELDS = [
  'name',
  'description',
  'labels',
  'env_names',
  'expires_at',
  'rotation_interval_days',
  'test_interval_minutes',
  'expiry_days',
  'unused_days',
  'muted',
] as const;
export type MetaField = (typeof META_FIELDS)[number];

/** The inputs, as text; `muted` is `yes` or empty. */
export type MetaDraft = Readonly<Record<MetaField, string>>;

/** What people see of each input. */
export const META_LABELS: Readonly<Record<MetaField, string>> = {
  name: 'Name',
  description: 'Description',
  labels: 'Labels',
  env_names: 'Variables',
  expires_at: 'Expires',
  rotation_interval_days: 'Days between rotations',
  test_interval_minutes: 'Minutes between tests',
  expiry_days: 'Days before the end',
  unused_days: 'Days without use',
  muted: 'No reminders',
};

/** The inputs of a credential as it is stored. */
export function metaOf(credential: SeenCredential): MetaDraft {
  const { reminders } = credential;
  return {
    name: credential.name,
    description: credential.description,
    labels: linesOf(credential.labels),
    env_names: linesOf(credential.env_names),
    expires_at: credential.expires_at === null ? '' : localTime(credential.expires_at),
    rotation_interval_days: String(credential.rotation_interval_days ?? ''),
    test_interval_minutes: String(credential.test_interval_minutes ?? ''),
    expiry_days: (reminders?.expiry_days ?? []).join(', '),
    unused_days: reminders?.unused_days === null ? 'never' : String(reminders?.unused_days ?? ''),
    muted: reminders?.muted === true ? 'yes' : '',
  };
}

/** The names of the inputs that differ. */
export const changedMeta = (base: MetaDraft, draft: MetaDraft): MetaField[] =>
  META_FIELDS.filter((name) => base[name] !== draft[name]);

/** What a request changes: only the members whose input differs from `base`. */
export function metaBody(base: MetaDraft, draft: MetaDraft): UpdateCredential {
  const changed = new Set<MetaField>(changedMeta(base, draft));
  const reminds = (['expiry_days', 'unused_days', 'muted'] as const).some((name) => changed.has(name));
  return {
    ...(changed.has('name') && { name: draft.name }),
    ...(changed.has('description') && { description: draft.description }),
    ...(changed.has('labels') && { labels: pairsIn(draft.labels) }),
    ...(changed.has('env_names') && { env_names: pairsIn(draft.env_names) }),
    ...(changed.has('expires_at') && { expires_at: momentIn(draft.expires_at) }),
    ...(changed.has('rotation_interval_days') && {
      rotation_interval_days: numberIn(draft.rotation_interval_days),
    }),
    ...(changed.has('test_interval_minutes') && {
      test_interval_minutes: numberIn(draft.test_interval_minutes),
    }),
    ...(reminds && { reminders: remindersIn(draft) }),
  };
}

/** Null: the settings of the broker. */
function remindersIn({ expiry_days, unused_days, muted }: MetaDraft): UpdateCredential['reminders'] {
  const days = expiry_days.split(/[\s,]+/).filter((word) => word !== '');
  const unused = unused_days.trim();
  if (days.length === 0 && unused === '' && muted === '') return null;
  return {
    ...(days.length > 0 && { expiry_days: days.map(Number) }),
    ...(unused !== '' && { unused_days: unused === 'never' ? null : Number(unused) }),
    ...(muted !== '' && { muted: true }),
  };
}

const numberIn = (text: string): number | null => (text.trim() === '' ? null : Number(text));
const momentIn = (text: string): string | null => (text === '' ? null : new Date(text).toISOString());

/** One `key=value` a line, sorted. */
export const linesOf = (map: Readonly<Record<string, string>>): string =>
  Object.entries(map)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join('\n');

/** A line without `=` is a key with an empty value. */
export function pairsIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [key = '', ...rest] = line.split('=');
      return [key.trim(), rest.join('=').trim()];
    }),
  );
}
