/** A moment as answers have it: RFC 3339 in UTC. */
export const iso = (moment: Date): string => moment.toISOString();

export const isoOrNull = (moment: Date | null): string | null => moment?.toISOString() ?? null;
