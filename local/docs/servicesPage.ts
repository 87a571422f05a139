// `npm run docs`: writes docs/services.md from the registry.
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../../src/config/config.js';
import { connectors } from '../../src/connectors/registry.js';
import type { FieldSpec } from '../../src/domain/credentials/template.js';
import type { Connector } from '../../src/domain/services/connector.js';
import { isDestination } from '../../src/domain/services/destination.js';

export const PAGE = 'docs/services.md';

/** The page of all services: how to make the credential there, its fields, and what a test does. */
export function servicesPage(): string {
  const head = [
    '# Services',
    '',
    'Made from the code by `npm run docs`; change the files in `src/connectors/`, not this page.',
    '',
    'Every service can be tested before and after saving (`glassdome credentials test`). A *secret* rests in Vault and is never',
    'shown; a *setting* may be seen and searched. Fields marked ⇢ decide where the secret is sent.',
    '',
    connectors
      .map(({ serviceType, template }) => `[${template.title ?? serviceType}](#${serviceType})`)
      .join(' · '),
  ];
  return `${[...head, ...connectors.flatMap(section)].join('\n')}\n`;
}

function section(connector: Connector): string[] {
  const { template, serviceType, guide } = connector;
  const docs = template.docs_url === undefined ? [] : [`Its own documentation: <${template.docs_url}>`, ''];
  const steps = (guide?.create ?? []).map((step, index) => `${index + 1}. ${step}`);
  return [
    '',
    `## ${template.title ?? serviceType}`,
    '',
    `<a id="${serviceType}"></a>Type \`${serviceType}\`.`,
    '',
    ...docs,
    '**To make one there**',
    '',
    ...steps,
    '',
    `**Least rights there.** ${guide?.permissions ?? ''}`,
    '',
    `**Test.** ${guide?.test ?? ''}`,
    '',
    ...fieldTable(connector),
  ];
}

function fieldTable(connector: Connector): string[] {
  const { template, envNames } = connector;
  const rows = new Map<string, string>();
  const variables = (field: string) =>
    Object.keys(envNames)
      .filter((name) => envNames[name] === field)
      .map((name) => `\`${name}\``)
      .join(', ');
  const add = (spec: FieldSpec, when: string) => {
    const kind = spec.type === 'password' || spec.type === 'secret_text' ? 'secret' : 'setting';
    const arrow = isDestination(connector, spec.name) ? ' ⇢' : '';
    const preset = spec.default ?? (spec.type === 'select' ? spec.options?.[0] : undefined) ?? '';
    const before = rows.get(spec.name);
    const needed = before === undefined ? when : `${before.split(' | ')[2]}; ${when}`;
    const text = [spec.label, spec.help].filter((part) => part !== undefined).join('. ');
    rows.set(
      spec.name,
      `| \`${spec.name}\`${arrow} | ${kind} | ${needed} | ${preset} | ${variables(spec.name)} | ${text.replaceAll('|', '\\|')} |`,
    );
  };
  for (const spec of template.required_fields) {
    const others = (template.alternatives?.[spec.name] ?? []).map((name) => `\`${name}\``).join(' and ');
    add(spec, spec.required === false ? 'no' : others === '' ? 'yes' : `yes, or ${others}`);
  }
  for (const [condition, specs] of Object.entries(template.conditional_fields ?? {}))
    for (const spec of specs)
      add(spec, `${spec.required === false ? 'may stand' : 'yes'} with \`${condition}\``);
  for (const spec of template.optional_fields ?? []) add(spec, 'no');
  const free = template.free_form
    ? ['', 'Any other field name is taken; each is secret unless it is said not to be.']
    : [];
  return [
    '| field | kind | needed | default | variable | |',
    '|---|---|---|---|---|---|',
    ...rows.values(),
    ...free,
  ];
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(packageFile(PAGE), servicesPage());
