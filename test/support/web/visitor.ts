import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { patiently } from '../patience.js';

/** One person at the page, and everything that must not happen there. */
export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** Violations of the content security policy, requests to other origins, errors of scripts. */
  faults: string[];
  /** Every request, as `GET /path?query`. */
  requests: string[];
  /** What the console said. */
  console: string[];
  open(path: string): Promise<void>;
  signIn(username: string, password: string): Promise<void>;
  /** Serious findings of axe on what is shown now, as `rule: element`. */
  axe(): Promise<string[]>;
  /** All that the page keeps, shows, asked for and printed: the document, fields, storage, addresses, the console. */
  traces(): Promise<string>;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// As text: these run in the page, whose types this project does not have.
const REPORT_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) => {
  const { violatedDirective, blockedURI, sourceFile, lineNumber } = event;
  reportViolation([violatedDirective, blockedURI, sourceFile, lineNumber].join(' '));
});`;
const EVERYTHING_KEPT = `JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML,
  ...Array.from(document.querySelectorAll('input, textarea'), ({ value }) => value)])`;

export async function visit(browser: Browser, url: string): Promise<Visitor> {
  // Without motion, what axe sees is not half faded in.
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    baseURL: url,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patiently(20_000));
  const faults: string[] = [];
  const requests: string[] = [];
  const lines: string[] = [];
  await context.exposeFunction('reportViolation', (text: string) => void faults.push(`policy: ${text}`));
  await context.addInitScript({ content: REPORT_VIOLATIONS });
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol.startsWith('http') && asked.origin !== url) faults.push(`foreign: ${request.url()}`);
    requests.push(`${request.method()} ${asked.pathname}${asked.search}`);
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => lines.push(message.text()));
  const open = async (path: string) => void (await page.goto(path));
  return {
    page,
    context,
    faults,
    requests,
    console: lines,
    open,
    signIn: async (username, password) => {
      await open('/');
      await page.getByLabel('User name').fill(username);
      await page.getByRole('textbox', { name: 'Password' }).fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1, name: 'Credentials', exact: true }).waitFor();
    },
    axe: () => serious(page),
    traces: async () => [await page.evaluate<string>(EVERYTHING_KEPT), ...requests, ...lines].join('\n'),
  };
}

/** By evaluation: the policy of the page refuses a script element. */
async function serious(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    interface Result {
      violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
    }
    const { axe } = globalThis as unknown as { axe: { run(): Promise<Result> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}
