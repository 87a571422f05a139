import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageFile } from '../../../src/config/packageFiles.js';
import { SEVERITIES, severityOf } from '../../../src/domain/notices/notice.js';
import { FINDING_KINDS } from '../../../src/domain/reconcile/discrepancy.js';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { skipBecause } from '../../support/skipBecause.js';

const RULES = packageFile('deploy/monitoring/prometheus-rules.yml');
const DASHBOARD = packageFile('deploy/monitoring/grafana-dashboard.json');

interface Dashboard {
  uid: string;
  schemaVersion: number;
  templating: { list: { name: string; type: string }[] };
  panels: {
    id: number;
    title: string;
    type: string;
    description?: string;
    fieldConfig: { defaults: { unit?: string } };
    gridPos: { x: number; y: number; w: number; h: number };
    targets: { expr: string; datasource: { uid: string } }[];
  }[];
}

/** The headings of the operator's page, as links name them. */
const PAGES = ['docs', 'docs/production'].flatMap((folder) =>
  readdirSync(packageFile(folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`),
);
const PLACES = PAGES.flatMap((page) =>
  [...readFileSync(packageFile(page), 'utf8').matchAll(/^#+ (.+)$/gm)].map(
    ([, heading = '']) =>
      `${page}#${heading
        .toLowerCase()
        .replace(/[^a-z0-9 _-]/g, '')
        .replaceAll(' ', '-')}`,
  ),
);

const text = z.string().trim().min(1);
const rule = z.strictObject({
  alert: z.string().regex(/^[A-Z][A-Za-z]+$/),
  expr: text.refine((expr) => closed(expr), 'a bracket or quote is left open'),
  for: z.string().regex(/^[1-9]\d*[smhdw]$/),
  labels: z.strictObject({ severity: z.enum(SEVERITIES) }),
  annotations: z.strictObject({
    summary: text,
    description: text,
    runbook_url: text.refine((url) => PLACES.includes(url), 'must be a heading of a page in docs'),
  }),
});
/** How Prometheus wants a file of rules, and we an alert. */
const rulesFile = z.strictObject({
  groups: z.array(z.strictObject({ name: text, rules: z.array(rule).min(1) })).min(1),
});

const rulesOf = (file: string) => rulesFile.parse(parse(file)).groups.flatMap(({ rules }) => rules);

/** Whether each bracket is closed by its own kind, outside of quotes. */
function closed(expr: string): boolean {
  const open: string[] = [];
  for (const sign of expr.replace(/"[^"]*"/g, '')) {
    if ('({['.includes(sign)) open.push(sign);
    else if (')}]'.includes(sign) && open.pop() !== '({['[')}]'.indexOf(sign)]) return false;
    else if (sign === '"') return false;
  }
  return open.length === 0;
}

describe('The files for monitoring', function () {
  this.timeout(60_000);
  const rules = readFileSync(RULES, 'utf8');
  const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard;
  let broker: BrokerSystem;

  before(async () => {
    broker = await startBrokerSystem();
  });
  after(() => broker.stop());

  it('hold alerts with a name, an expression, a time, a severity and a text', () => {
    const names = rulesOf(rules).map(({ alert }) => alert);
    expect(names).to.include('BrokerDown');
    expect(new Set(names).size).to.equal(names.length);
  });

  for (const [what, from, to] of [
    ['an expression', /^ *expr: max\(broker_workers\) < 1\n/m, ''],
    ['the end of a bracket', 'max(broker_workers) < 1', 'max(broker_workers < 1'],
    ['the end of a quote', 'broker_jobs{state="dead"}', 'broker_jobs{state="dead}'],
    ['a time that is one', 'for: 5m', 'for: five minutes'],
    ['a severity that is one', 'severity: critical', 'severity: loud'],
    ['a summary', 'summary: No worker of the broker runs', 'sumary: No worker of the broker runs'],
    ['a description', /^ *description: Nothing is tested.*\n/m, ''],
    ['a page to read', /^ *runbook_url: .*#worker\n/m, ''],
    ['a page that exists', 'docs/events.md#webhook', 'docs/events.md#webhooks'],
    ['an indent', '    rules:', '  rules:'],
    ['a key once', 'for: 2m', 'for: 2m\n        for: 3m'],
  ] as const)
    it(`would be found to lack ${what}`, () => {
      const broken = rules.replace(from, to);
      expect(broken).to.not.equal(rules);
      expect(() => rulesOf(broken)).to.throw();
    });

  it('hold an alert for each kind of finding in Vault, as urgent as its notice', () => {
    const found = rulesOf(rules).filter(({ expr }) => expr.includes('broker_vault_findings'));
    for (const kind of FINDING_KINDS) {
      const urgent = found.filter(({ expr }) =>
        /kind=~"([a-z_|]+)"/.exec(expr)?.[1]?.split('|').includes(kind),
      );
      expect(
        urgent.map(({ labels }) => labels.severity),
        kind,
      ).to.deep.equal([severityOf(kind)]);
    }
  });

  it('hold rules that Prometheus loads', function () {
    const checked = spawnSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' });
    if (checked.error !== undefined)
      skipBecause(this, 'promtool is not on PATH, so the expressions of the alert rules are not parsed');
    expect(checked.stdout + checked.stderr).to.match(/SUCCESS: \d+ rules found/);
    expect(checked.status).to.equal(0);
  });

  it('hold a dashboard whose panels have a place, a query and the data source that is chosen', () => {
    expect(dashboard.templating.list.map(({ name, type }) => [name, type])).to.deep.equal([
      ['datasource', 'datasource'],
    ]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).to.equal(dashboard.panels.length);
    for (const { title, gridPos, targets } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).to.be.at.most(24);
      expect(targets.length, title).to.be.greaterThan(0);
      for (const { datasource } of targets) expect(datasource.uid, title).to.match(/^\$\{datasource\}$/);
    }
  });

  it('hold a dashboard whose panels say what they show and in which unit', () => {
    for (const { title, description, fieldConfig } of dashboard.panels) {
      expect(description, title).to.match(/^[A-Z].{20,}\.$/);
      expect(fieldConfig.defaults.unit, title).to.be.a('string').that.is.not.empty;
    }
  });

  it('ask for metrics that there are, and for all of the broker', async () => {
    const told = await (await fetch(`${broker.url}/metrics`)).text();
    const known = [...told.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
    const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
    const asked = (text: string) => text.match(/\b(?:broker|process)_[a-z_]+/g) ?? [];
    for (const name of [...asked(rules), ...asked(expressions)]) expect(known).to.include(name);
    const used = new Set(asked(expressions).map((name) => name.replace(/_bucket$/, '')));
    const ours = [...told.matchAll(/^# TYPE (broker_\S+) /gm)].map(([, name]) => name);
    expect([...used].filter((name) => name.startsWith('broker_'))).to.have.members(ours);
  });

  it('find health, tests and paused ones counted', async () => {
    const anna = await broker.person('anna', 'engineer');
    const body = { name: 'free', service_type: 'other', fields: { value: 'v' } };
    await broker.call(anna.token, 'POST', '/api/credentials', body);
    const totals = await broker.system.ports.records.healthTotals();
    expect(totals).to.deep.equal({ credentials: { unchecked: 1 }, paused: 0, tests: {} });
    const told = await (await fetch(`${broker.url}/metrics`)).text();
    expect(told).to.match(/^broker_credentials\{health="rejected"\} 0$/m);
    expect(told).to.match(/^broker_tests_total\{code="invalid_credential"\} 0$/m);
    expect(told).to.match(/^broker_tests_paused 0$/m);
  });
});
