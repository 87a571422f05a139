import jwt from 'jsonwebtoken';

const LEVELS = { observer: 25, engineer: 50, architect: 75, admin: 100 };
export type GlassdomeRole = keyof typeof LEVELS;

/** A token as Glassdome makes one for its user `id`; `seconds` below zero: one that has expired. */
export function glassdomeToken(
  key: string,
  { id, role = 'engineer', seconds = 900 }: { id: number; role?: GlassdomeRole; seconds?: number },
): string {
  const claims = { sub: String(id), username: `user-${id}`, role, level: LEVELS[role] };
  return jwt.sign(claims, key, { expiresIn: seconds });
}
