import { expect } from 'chai';
import { routes } from '../../../src/http/app.js';
import { openapi } from '../../../src/http/docs/openapi.js';

interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
  parameters: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: { $schema?: string } }> };
}

describe('the OpenAPI document', () => {
  const document = openapi(routes, '1.2.3');
  const paths = document['paths'] as Record<string, Record<string, Operation>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

  it('has every route once, under a name of its own', () => {
    expect(operations).to.have.length(routes.length);
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).to.equal(names.length);
  });

  it('says what each call answers, or that it answers nothing', () => {
    for (const { path, method, operation } of operations) {
      const success = Object.keys(operation.responses).find((status) => status.startsWith('2')) ?? '';
      const content = operation.responses[success]?.content;
      const nothing = success === '204';
      expect([path, method, content === undefined]).to.deep.equal([path, method, nothing]);
      expect(operation.responses['default']?.content).to.have.property('application/problem+json');
    }
  });

  it('names each parameter of a path, and the headers that change what a call does', () => {
    for (const { path, operation } of operations) {
      const inPath = operation.parameters.filter((p) => p.in === 'path').map((p) => p.name);
      expect(inPath).to.deep.equal([...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]));
    }
    const headers = (path: string, method: string) =>
      paths[path]?.[method]?.parameters.filter((p) => p.in === 'header').map((p) => p.name);
    expect(headers('/api/credentials', 'post')).to.deep.equal(['Idempotency-Key', 'X-Client']);
    expect(headers('/api/credentials/{id}', 'patch')).to.deep.equal(['If-Match']);
    expect(headers('/api/credentials/{id}/secret', 'get')).to.include.members(['If-None-Match']);
  });

  it('takes the token exchange as a form too (RFC 6749)', () => {
    const content = paths['/api/auth/token']?.['post']?.requestBody?.content ?? {};
    expect(Object.keys(content)).to.deep.equal(['application/json', 'application/x-www-form-urlencoded']);
  });

  it('says that a report is a page and a table too', () => {
    const content = paths['/api/reports/{id}']?.['get']?.responses['200']?.content ?? {};
    expect(Object.keys(content)).to.deep.equal(['application/json', 'text/html', 'text/csv']);
  });

  it('leaves the dialect of its schemas to the document', () => {
    expect(JSON.stringify(document)).not.to.contain('$schema');
  });
});
