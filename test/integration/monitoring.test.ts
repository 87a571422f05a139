import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { packageFile } from '../../src/config.js';
import { type BrokerSystem, startBrokerSystem } from '../support/brokerSystem.js';

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
    gridPos: { x: number; y: number; w: number; h: number };
    targets: { expr: string; datasource: { uid: string } }[];
  }[];
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

  it('hold rules that Prometheus loads', function () {
    const checked = spawnSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' });
    if (checked.error !== undefined) {
      process.stderr.write('    promtool is not installed here, so nobody checked the rules\n');
      this.skip();
    }
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
