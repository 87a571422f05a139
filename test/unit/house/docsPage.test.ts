import { expect } from 'chai';
import { routes } from '../../../src/http/app.js';
import { docsPage } from '../../../src/http/docs/docsPage.js';
import { membersOf } from '../../../src/http/docs/docsSchema.js';
import { openapi } from '../../../src/http/docs/openapi.js';

describe('the page of all calls', () => {
  const page = docsPage(openapi(routes, '1.2.3'));

  it('has every call once, under its subject', () => {
    for (const { id } of routes) expect(page.split(`<details id="${id}">`)).to.have.length(2);
    const subjects = [...page.matchAll(/<h2 id="([^"]+)"/g)].map(([, name]) => name);
    expect(subjects).to.include.members(['Credentials', 'Values', 'People', 'Operations']);
    for (const subject of subjects) expect(page).to.contain(`href="#${subject}"`);
  });

  it('shows the fields of requests and answers with their rules, descriptions and examples', () => {
    expect(page).to.contain('<code>rotation_interval_days</code>').and.contain('1 to 3650');
    expect(page).to.contain('<code>If-Match</code>').and.contain('in the headers');
    expect(page).to.contain('&quot;use&quot; or &quot;read&quot; or &quot;manage&quot;');
    expect(page).to.contain('Days between rotations; null: no schedule.');
    expect(page).to.contain('&quot;pve.example.com&quot;');
    expect(page).to.contain('<code>name_taken</code>: The name is already used.');
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
