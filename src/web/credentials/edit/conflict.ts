import type { SeenCredential } from '../../client/contract.js';
import { settingsOf } from './editFields.js';
import { META_FIELDS, META_LABELS, type MetaField, metaOf } from './metaDraft.js';

/** A field that both sides changed, differently. Values of secrets are never in it. */
export interface Clash {
  /** `meta name`, `field host`: what is reset when theirs is chosen. */
  part: 'meta' | 'field';
  name: string;
  label: string;
  isSecret: boolean;
  yours: string;
  theirs: string;
}

export interface Conflict {
  clashes: readonly Clash[];
  /** Labels of what only they changed; it is kept. */
  taken: readonly string[];
}

interface Sides {
  base: SeenCredential;
  theirs: SeenCredential;
  /** Names of secrets that they changed since `base`. */
  theirSecrets: readonly string[];
  yourMeta: Readonly<Record<MetaField, string>>;
  /** Settings and secrets that you typed; null: you emptied it. */
  yourFields: Readonly<Record<string, string | null>>;
  labelOf(field: string): string;
}

/** Compares what you typed with what somebody stored in the meantime, field by field. */
export function conflictOf(sides: Sides): Conflict {
  const parts = [...metaParts(sides), ...settingParts(sides), ...secretParts(sides)];
  const moved = parts.filter(({ theyChanged }) => theyChanged);
  return {
    clashes: moved.filter(({ clash, youChanged }) => youChanged && isClash(clash)).map(({ clash }) => clash),
    taken: moved.filter(({ youChanged }) => !youChanged).map(({ clash }) => clash.label),
  };
}

const isClash = ({ isSecret, yours, theirs }: Clash): boolean => isSecret || yours !== theirs;

interface Part {
  clash: Clash;
  theyChanged: boolean;
  youChanged: boolean;
}

function metaParts({ base, theirs, yourMeta }: Sides): Part[] {
  const [before, now] = [metaOf(base), metaOf(theirs)];
  return META_FIELDS.map((name) => ({
    clash: {
      part: 'meta',
      name,
      label: META_LABELS[name],
      isSecret: false,
      yours: yourMeta[name],
      theirs: now[name],
    },
    theyChanged: before[name] !== now[name],
    youChanged: before[name] !== yourMeta[name],
  }));
}

function settingParts({ base, theirs, yourFields, labelOf }: Sides): Part[] {
  const [before, now] = [settingsOf(base), settingsOf(theirs)];
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].map((name) => ({
    clash: {
      part: 'field',
      name,
      label: labelOf(name),
      isSecret: false,
      yours: yourFields[name] ?? '',
      theirs: now[name] ?? '',
    },
    theyChanged: before[name] !== now[name],
    youChanged: yourFields[name] !== undefined,
  }));
}

function secretParts({ theirSecrets, yourFields, labelOf }: Sides): Part[] {
  return theirSecrets.map((name) => {
    const youChanged = yourFields[name] !== undefined;
    const yours = youChanged ? 'changed' : 'same';
    const clash = { part: 'field', name, label: labelOf(name), isSecret: true, yours, theirs: 'changed' };
    return { clash: { ...clash, part: 'field' }, theyChanged: true, youChanged };
  });
}
