import { expect } from 'chai';
import { routes } from '../../../src/http/app.js';
import { docsPage } from '../../../src/http/docs/docsPage.js';
import { membersOf } from '../../../src/http/docs/docsSchema.js';
import { openapi } from '../../../src/http/docs/openapi.js';

describe('the page of all calls', () => {
  const page = docsPage(openapi(routes, '1.2.3'));

  it('has every call once, under its subject', () => {
    expect([...page.matchAll(/<details /g)]).to.have.length(routes.length);
    for (const { path } of routes) expect(page).to.contain(path);
    const subjects = [...page.matchAll(/<h2 id="([^"]+)"/g)].map(([, name]) => name);
    expect(subjects).to.include.members(['credentials', 'environment', 'teams', 'service-accounts']);
    for (const subject of subjects) expect(page).to.contain(`href="#${subject}"`);
  });

  it('shows the fields of requests and answers with their rules', () => {
    expect(page).to.contain('<code>rotation_interval_days</code>').and.contain('1 to 3650');
    expect(page).to.contain('<code>If-Match</code>').and.contain('in the headers');
    expect(page).to.contain('&quot;use&quot; or &quot;read&quot; or &quot;manage&quot;');
  });

  it('loads nothing and runs nothing', () => {
    expect(page).not.to.match(/<script|<link|<img|url\(|javascript:/i);
  });

  it('names nested members by their path', () => {
    const schema = {
      properties: {
        items: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } } } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        until: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
      },
      required: ['items'],
    };
    expect(membersOf(schema).map(({ name, type, required }) => [name, type, required])).to.deep.equal([
      ['items', 'list of object', true],
      ['items[].id', 'string', false],
      ['labels', 'map of name to string', false],
      ['until', 'moment (RFC 3339) or null', false],
    ]);
  });
});
