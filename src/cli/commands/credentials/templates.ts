import type { FieldSpec, Template } from '../../../domain/credentials/template.js';
import { leaf, withBroker } from '../../client/command.js';
import { fetchTemplate } from '../../forms/fieldFlags.js';
import { printJson, printTable } from '../../terminal/output.js';

const services = [
  { title: 'TYPE', value: (t: Record<string, unknown>) => t['service_type'] },
  { title: 'TITLE', value: (t: Record<string, unknown>) => t['title'] },
  { title: 'DOCS', value: (t: Record<string, unknown>) => t['docs_url'] },
];

const fields = [
  { title: 'FIELD', value: (f: Record<string, unknown>) => f['name'] },
  { title: 'WHEN', value: (f: Record<string, unknown>) => f['when'] },
  { title: 'TYPE', value: (f: Record<string, unknown>) => f['type'] },
  { title: 'DEFAULT', value: (f: Record<string, unknown>) => f['default'] },
  { title: 'LABEL', value: (f: Record<string, unknown>) => f['label'] },
];

/** Which services there are, and the form of one. */
export const templates = leaf('templates', 'list the service types and their fields')
  .argument('[service_type]', 'show only this service type')
  .action(
    withBroker(async (cli, { json }, [serviceType]) => {
      if (serviceType === undefined) {
        const { body } = await cli.call<{ items: Record<string, unknown>[] }>('/api/credentials/templates');
        return json ? printJson(body) : printTable(services, body.items);
      }
      const template = await fetchTemplate(cli, serviceType);
      if (json) printJson(template);
      else printTable(fields, rows(template));
    }),
  );

function rows(template: Template): Record<string, unknown>[] {
  const of = (when: string) => (spec: FieldSpec) => ({
    ...spec,
    when: spec.required === false ? 'optional' : when,
  });
  return [
    ...template.required_fields.map(of('always')),
    ...Object.entries(template.conditional_fields ?? {}).flatMap(([when, specs]) => specs.map(of(when))),
    ...(template.optional_fields ?? []).map(of('optional')),
  ];
}
