import type { SeenCredential, Template } from '../../client/contract.js';
import { formOf, settingsOf } from '../edit/editFields.js';
import { conditionalFields, requiredFields } from '../form/formFields.js';

/** Settings that often change together with a secret: the ID of a key, the name of a token. */
const GOES_WITH = /(^|_)(id|name|user|username|email)$/;

/** The inputs of a rotation: the stored secrets that count now, then the settings that name them. */
export function rotateForm(template: Template, credential: SeenCredential): Template {
  const form = formOf(template, credential);
  const counted = [...requiredFields(form), ...conditionalFields(form, settingsOf(credential))];
  const isSecret = (name: string) => credential.secret_fields.includes(name);
  const secrets = counted.filter(({ name }) => isSecret(name));
  const names = counted.filter(
    ({ name, type }) =>
      !isSecret(name) && type === 'text' && GOES_WITH.test(name) && name in credential.settings,
  );
  return {
    ...template,
    required_fields: [...secrets, ...names].map((field) => ({ ...field, required: false })),
    conditional_fields: {},
    optional_fields: [],
  };
}

/** Where the service is, if its settings say so: an address that a browser can open. */
export function addressOf({ settings }: Pick<SeenCredential, 'settings'>): string | null {
  const text = (name: string) => String(settings[name] ?? '');
  const url = ['base_url', 'url', 'api_url', 'endpoint', 'server'].map(text).find((one) => one !== '');
  const host = text('host');
  const port = text('port');
  const whole = host === '' || /:\d+$/.test(host) || port === '' ? host : `${host}:${port}`;
  const address = url ?? (whole === '' ? '' : `https://${whole}`);
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol) ? address : null;
}
