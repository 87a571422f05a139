import { ADMIN } from './admin.js';
import { localSystem } from './localSystem.js';
import { passwordFile } from './passwords.js';
import { PEOPLE } from './people.js';
import { type Seeded, seed } from './seed.js';

/** `npm run seed`. */
const say = (line: string) => void process.stderr.write(`${line}\n`);

const WORDS: Record<keyof Seeded, string> = {
  people: 'People',
  teams: 'Teams',
  accounts: 'Service accounts',
  credentials: 'Credentials',
  reports: 'Reports',
};

function summary(seeded: Seeded): string[] {
  return (Object.keys(WORDS) as (keyof Seeded)[]).map((kind) => {
    const { added, there } = seeded[kind];
    return `  ${WORDS[kind].padEnd(18)}${added} added, ${there} there already`;
  });
}

try {
  const system = localSystem(process.env);
  const seeded = await seed(system, (line) => say(`• ${line}`));
  const server = system.url === 'http://127.0.0.1:8400' ? '' : ` --server ${system.url}`;
  for (const line of [
    '',
    'The sample data is in place.',
    ...summary(seeded),
    '',
    `  Passwords  ${passwordFile(system.data)}`,
    `  Admin      ${ADMIN}`,
    `  Others     ${PEOPLE.map(({ username }) => username).join(', ')}`,
    '',
    `  Log in:     npx glassdome login --username platform-lead${server}`,
    '  Look at:    npx glassdome credentials list',
    '              npx glassdome credentials show "Prometheus"',
    '              npx glassdome credentials usage "Proxmox cluster"',
    '              npx glassdome offers list                     (as research-lead)',
    `              npx glassdome reports list                    (as ${ADMIN})`,
    '',
  ])
    say(line);
} catch (error) {
  say(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
