import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { type Browser, chromium, type Page } from 'playwright-core';
import { packageRoot } from '../local/files/paths.js';
import { median, short } from './numbers.js';
import type { Report } from './report.js';
import { type BenchSystem, startSystem } from './system.js';

const CREDENTIALS = 10_000;
const ROUNDS = 7;
const MORE_PAGES = 9;
const PASSWORD = 'long-enough-for-a-bench';
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const ROWS = `
  insert into broker.credentials (id, name, service_type, owner, vault_path, active_version, active_created_time,
    latest_version, settings, secret_fields, description, labels, status, health, last_tested_at, created_at, created_by,
    updated_at, updated_by)
  select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Lab host ' || n,
    (array['proxmox','vmware','aws','azure','openai','kubernetes','grafana'])[1 + n % 7], 'local:anna', 'bench/' || n, 1,
    '2026-01-01T00:00:00Z', 1, jsonb_build_object('host', 'host-' || n || '.lab.example', 'user', 'apex@pve'),
    '{token_value}', '', '{}', 'active', (array['ok','ok','ok','rejected','unreachable'])[1 + n % 5], now(),
    date_trunc('milliseconds', now()) - make_interval(secs => n),
    'local:anna', now(), 'local:anna'
  from generate_series(1, ${CREDENTIALS}) n`;

/** The list of 10,000 credentials in a real Chromium: until it can be used, what it asks for, and what a keystroke costs. */
export async function pageBench(): Promise<Report> {
  const system = await startSystem();
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    await signIn(system, page);
    await fill(system.postgres.ownerUrl);
    const opened = [];
    for (let round = 0; round < ROUNDS; round += 1) opened.push(await open(system, page));
    const keys = await typeWithRows(page);
    return report(opened, keys);
  } finally {
    await browser?.close();
    await system.stop();
  }
}

async function fill(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query(ROWS);
  await client.query('analyze broker.credentials');
  await client.end();
}

async function signIn({ broker, bearer }: BenchSystem, page: Page): Promise<void> {
  const made = await fetch(`${broker}/api/users`, {
    method: 'POST',
    headers: { ...bearer(1, 'admin'), 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'anna', role: 'engineer' }),
  });
  const { one_time_password } = (await made.json()) as { one_time_password: string };
  await page.goto(broker);
  await page.getByLabel('User name').fill('anna');
  await page.getByRole('textbox', { name: 'Password' }).fill(one_time_password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('textbox', { name: 'One-time password' }).fill(one_time_password);
  await page.getByRole('textbox', { name: 'New password', exact: true }).fill(PASSWORD);
  await page.getByRole('textbox', { name: 'New password, again' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByText('No credentials yet').waitFor();
}

interface Opened {
  ms: number;
  requests: number;
  rows: number;
}

/** From the navigation until a row can be clicked. Assets come from the cache, as on every day but the first. */
async function open({ broker }: BenchSystem, page: Page): Promise<Opened> {
  let requests = 0;
  const count = (request: { url(): string }) => {
    if (new URL(request.url()).pathname === '/api/credentials') requests += 1;
  };
  page.on('request', count);
  await page.goto(`${broker}/credentials`);
  await page
    .getByRole('button', { name: /^Test Lab host/ })
    .first()
    .click({ trial: true });
  const ms = Number(await page.evaluate('performance.now()'));
  await page.waitForTimeout(1_500);
  page.off('request', count);
  return { ms, requests, rows: await page.locator('tr[data-id]').count() };
}

/** Main-thread time of each keystroke in the search field while 1,000 rows are shown, ms. */
async function typeWithRows(page: Page): Promise<number[]> {
  for (let more = 1; more <= MORE_PAGES; more += 1) {
    await page.getByRole('button', { name: 'Show 100 more' }).click();
    await page
      .locator('tr[data-id]')
      .nth(100 * (more + 1) - 1)
      .waitFor();
  }
  await page.evaluate(`globalThis.tasks = [];
    new PerformanceObserver((list) => list.getEntries().forEach(({ name, processingStart, processingEnd, duration }) =>
      name === 'input' && tasks.push([processingEnd - processingStart, duration])))
      .observe({ type: 'event', durationThreshold: 16, buffered: false });`);
  await page.getByRole('searchbox').pressSequentially('zzzzzzzz', { delay: 60 });
  await page.waitForTimeout(1_000);
  const slow = (await page.evaluate('globalThis.tasks')) as [number, number][];
  // What took less than a frame is not reported.
  return slow.length === 0 ? [0] : slow.map(([work]) => work);
}

/** Bytes of JavaScript and CSS that the list loads first, zipped as they are sent. */
function firstLoad(): number {
  const folder = join(packageRoot(), 'dist', 'web');
  if (!existsSync(folder)) return Number.NaN;
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const names = readdirSync(join(folder, 'assets')).filter((name) => html.includes(name));
  return names.reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(folder, 'assets', name)), { level: 9 }).length,
    0,
  );
}

function report(opened: readonly Opened[], keys: readonly number[]): Report {
  const ms = median(opened.map((one) => one.ms));
  const key = Math.max(...keys);
  const [first] = opened;
  return {
    name: 'page',
    rows: opened.map((one, round) => ({
      round: round + 1,
      'usable after ms': short(one.ms),
      requests: one.requests,
      rows: one.rows,
    })),
    bars: [
      {
        what: `${CREDENTIALS} credentials, until the list can be used (median)`,
        seen: ms,
        rule: 'at most',
        limit: 1_000,
        unit: ' ms',
      },
      { what: 'requests for the list', seen: first?.requests ?? 0, rule: 'at most', limit: 1, unit: '' },
      { what: 'rows that it brings', seen: first?.rows ?? 0, rule: 'at most', limit: 100, unit: '' },
      {
        what: 'slowest keystroke with 1,000 rows, main thread',
        seen: key,
        rule: 'at most',
        limit: 50,
        unit: ' ms',
      },
      {
        what: 'first load, JavaScript and CSS, gzip',
        seen: firstLoad() / 1024,
        rule: 'at most',
        limit: 250,
        unit: ' KiB',
      },
    ],
    notes: [],
  };
}
