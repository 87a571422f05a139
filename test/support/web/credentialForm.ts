import type { Page } from 'playwright-core';
import { allFields } from '../../../src/domain/credentials/templateFields.js';
import type { Connector } from '../../../src/domain/services/connector.js';

/** Types values into the form of a service as a person does: what decides about other fields comes first. */
export async function fillForm(
  page: Page,
  connector: Connector,
  values: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const deciding = ['auth_method', 'tls_mode'];
  const method = methodOf(connector, values);
  if (method !== undefined && values['auth_method'] === undefined)
    await fillOne(page, connector, 'auth_method', method);
  const names = Object.keys(values).sort(
    (a, b) => Number(deciding.includes(b)) - Number(deciding.includes(a)),
  );
  for (const name of names) await fillOne(page, connector, name, values[name] ?? '');
}

/** The sign-in method that asks for the given fields, where the form has one. */
function methodOf(
  { template }: Connector,
  values: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const asks = Object.entries(template.conditional_fields ?? {}).filter(
    ([condition, fields]) =>
      condition.startsWith('auth_method=') &&
      fields.every(({ name, required }) => required === false || values[name] !== undefined),
  );
  return asks[0]?.[0].slice('auth_method='.length);
}

async function fillOne(page: Page, connector: Connector, name: string, value: string): Promise<void> {
  const field = allFields(connector.template).find((spec) => spec.name === name);
  const input = page.locator(`[name="${name}"]`);
  if (field === undefined) {
    if ((await input.count()) === 0) {
      await page.getByRole('textbox', { name: 'Name of a field' }).fill(name);
      await page.getByRole('button', { name: 'Add field' }).click();
    }
    return input.fill(value);
  }
  const more = page.getByRole('button', { name: /^Show \d+ more options$/ });
  if ((await input.count()) === 0 && (await more.count()) > 0) await more.click();
  if (field.type === 'boolean') return input.setChecked(value === 'true');
  if ((await input.getAttribute('type')) !== 'hidden') return input.fill(value);
  await page.getByRole('combobox', { name: field.label }).click();
  await page.getByRole('option', { name: value.replaceAll('_', ' '), exact: true }).click();
}
