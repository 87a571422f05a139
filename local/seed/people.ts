import type { Role } from '../../src/domain/access/caller.js';

/** Who is in the sample data. The admin is `seed-admin`, who adds the others. */
export const PEOPLE: readonly { username: string; role: Role }[] = [
  { username: 'platform-lead', role: 'architect' },
  { username: 'platform-engineer', role: 'engineer' },
  { username: 'research-lead', role: 'architect' },
  { username: 'research-engineer', role: 'engineer' },
  { username: 'auditor', role: 'observer' },
];

export const TEAMS = [
  { name: 'platform', description: 'Runs the lab', lead: 'platform-lead', member: 'platform-engineer' },
  { name: 'research', description: 'Uses the lab', lead: 'research-lead', member: 'research-engineer' },
] as const;

/** Programs that use credentials, and who made them. */
export const ACCOUNTS = [
  { name: 'celery', description: 'Task workers of Glassdome', owner: 'platform-lead' },
  { name: 'notebooks', description: 'Notebooks of the research team', owner: 'research-lead' },
] as const;
