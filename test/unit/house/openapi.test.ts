import { expect } from 'chai';
import { routes } from '../../../src/http/app.js';
import { openapi } from '../../../src/http/docs/openapi.js';

interface Json {
  [member: string]: unknown;
  description?: string;
  properties?: Record<string, Json>;
}
interface Operation extends Json {
  operationId: string;
  tags: string[];
  summary: string;
  responses: Record<string, { content?: Record<string, { schema: object; example?: unknown }> }>;
  parameters: (Json & { name: string; in: string })[];
  requestBody?: { content: Record<string, { schema: { $schema?: string }; example?: unknown }> };
}

describe('the OpenAPI document', () => {
  const document = openapi(routes, '1.2.3');
  const paths = document['paths'] as Record<string, Record<string, Operation>>;
  const { schemas } = document['components'] as { schemas: Record<string, Json> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const ofApi = operations.filter(({ path }) => path.startsWith('/api/'));

  it('has every route once, under a name of its own', () => {
    expect(ofApi).to.have.length(routes.length);
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).to.equal(names.length);
  });

  it('has the probes, too', () => {
    const others = operations.filter(({ path }) => !path.startsWith('/api/')).map(({ path }) => path);
    expect(others).to.include.members([
      '/livez',
      '/readyz',
      '/startupz',
      '/metrics',
      '/.well-known/jwks.json',
    ]);
  });

  it('gives every operation a name, a known tag, a summary and an error', () => {
    const tags = (document['tags'] as { name: string }[]).map(({ name }) => name);
    for (const { path, operation } of operations) {
      expect(operation.operationId, path).to.match(/^[a-z][A-Za-z]+$/);
      expect(operation.summary, path).to.match(/^[A-Z].*[^.]$/);
      expect(tags).to.include.members(operation.tags);
      expect(
        Object.keys(operation.responses).some((status) => status.startsWith('4')),
        path,
      ).to.equal(true);
    }
  });

  it('describes every field, parameter and header', () => {
    const missing: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { properties, ...rest } = value as Json;
      for (const [name, member] of Object.entries(properties ?? {})) {
        const named =
          typeof member['$ref'] === 'string' ? schemas[member['$ref'].split('/').at(-1) ?? ''] : null;
        if (!(member.description ?? named?.description)) missing.push(`${path}.${name}`);
        walk(member, `${path}.${name}`);
      }
      for (const [name, member] of Object.entries(rest)) {
        // What an example holds is no schema.
        if (name !== 'example' && name !== 'examples' && name !== 'default') walk(member, `${path}/${name}`);
      }
    };
    walk(schemas, '');
    walk(paths, '');
    for (const { path, method, operation } of operations)
      for (const parameter of operation.parameters)
        if (!parameter.description) missing.push(`${method} ${path} ${parameter.name}`);
    for (const [name, schema] of Object.entries(schemas)) if (!schema.description) missing.push(name);
    expect(missing).to.deep.equal([]);
  });

  it('names the schema of every JSON body and answer', () => {
    const unnamed = ofApi.flatMap(({ path, method, operation }) => {
      const answer = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1];
      const contents = [operation.requestBody?.content, answer?.content].map(
        (one) => one?.['application/json'],
      );
      return contents
        .filter((content) => content !== undefined && !('$ref' in content.schema))
        .map(() => `${method} ${path}`);
    });
    expect(unnamed).to.deep.equal([]);
    console.log(`      ${Object.keys(schemas).length} named schemas, ${operations.length} operations`);
    expect(Object.keys(schemas).length).to.be.at.least(100);
  });

  it('has examples that the schemas accept', () => {
    for (const { path, method, body, answer } of routes) {
      const operation = paths[path]?.[method];
      const given = operation?.requestBody?.content['application/json']?.example;
      const problems = body?.safeParse(given).error?.issues ?? [];
      expect(problems, `${method} ${path} ${JSON.stringify(given)}`).to.deep.equal([]);
      const success = Object.keys(operation?.responses ?? {}).find((status) => status.startsWith('2')) ?? '';
      const answered = operation?.responses[success]?.content?.['application/json']?.example;
      const wrong = answer?.safeParse(answered).error?.issues ?? [];
      expect(wrong, `${method} ${path} ${JSON.stringify(answered)}`).to.deep.equal([]);
    }
  });

  it('says what each call answers, or that it answers nothing', () => {
    for (const { path, method, operation } of ofApi) {
      // Those that answer browsers send them elsewhere.
      const success = Object.keys(operation.responses).find((status) => /^[23]/.test(status)) ?? '';
      const content = operation.responses[success]?.content;
      const nothing = ['204', '302', '303'].includes(success);
      expect([path, method, content === undefined]).to.deep.equal([path, method, nothing]);
      expect(operation.responses['default']).to.deep.equal({ $ref: '#/components/responses/Problem' });
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
    expect(headers('/api/credentials/{id}', 'patch')).to.deep.equal(['If-Match', 'X-Client']);
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
