import { parseServiceType, type ServiceType } from '../credentials/serviceType.js';
import type { ReminderRule } from './dueNotices.js';

const MOST_DAYS = 3650;
const MOST_STEPS = 10;

/**
 * Rules by service type, from `aws=90/30/7,openai=14` and `aws=30,other=0` (0: never); undefined if one of them is
 * invalid.
 */
export function rulesByType(
  remindDays: string,
  unusedDays: string,
): ReadonlyMap<ServiceType, Partial<ReminderRule>> | undefined {
  const rules = new Map<ServiceType, Partial<ReminderRule>>();
  const ends = pairsOf(remindDays);
  const uses = pairsOf(unusedDays);
  if (ends === undefined || uses === undefined) return undefined;
  for (const [type, expiryDays] of ends) {
    if (expiryDays.length > MOST_STEPS) return undefined;
    rules.set(type, { expiryDays });
  }
  for (const [type, [days = 0, ...more]] of uses) {
    if (more.length > 0) return undefined;
    rules.set(type, { ...rules.get(type), unusedDays: days === 0 ? null : days });
  }
  return rules;
}

function pairsOf(text: string): [ServiceType, number[]][] | undefined {
  const pairs: [ServiceType, number[]][] = [];
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [word = '', list = ''] = pair.split('=').map((part) => part.trim());
    const type = parseServiceType(word);
    const days = list.split('/').map((part) => (/^\d{1,4}$/.test(part) ? Number(part) : Number.NaN));
    if (type === undefined || days.some((count) => !(count <= MOST_DAYS))) return undefined;
    pairs.push([type, days]);
  }
  return pairs;
}
