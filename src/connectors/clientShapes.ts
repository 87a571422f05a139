import type { Credential } from '../domain/credentials/credential.js';
import type { ServiceType } from '../domain/credentials/serviceType.js';
import { envVocabulary } from './envNames.js';

/** Where one argument of a client comes from. */
export interface ClientArgument {
  field: string;
  type?: 'integer' | 'boolean';
  /** The label that holds the value where there is no such field. */
  label?: string;
}

/** The arguments of the client that Glassdome builds from a credential. */
export interface ClientShape {
  /** As Glassdome's code has it. */
  client: string;
  arguments: Readonly<Record<string, ClientArgument>>;
}

const text = (...fields: string[]): Record<string, ClientArgument> =>
  Object.fromEntries(fields.map((field) => [field, { field }]));
const integer = (field: string): ClientArgument => ({ field, type: 'integer' });
const boolean = (field: string): ClientArgument => ({ field, type: 'boolean' });

const byServiceType: Partial<Record<ServiceType, ClientShape>> = {
  proxmox: {
    client: 'ProxmoxClient',
    arguments: {
      ...text('host', 'user', 'password', 'token_name', 'token_value', 'default_node', 'default_storage'),
      verify_ssl: boolean('verify_ssl'),
    },
  },
  vmware: {
    client: 'ESXiClient',
    arguments: {
      ...text('host', 'user', 'password', 'datacenter_name', 'datastore_name', 'network_name'),
      port: integer('port'),
      verify_ssl: boolean('verify_ssl'),
    },
  },
  aws: {
    client: 'AWSClient',
    arguments: {
      ...text('access_key_id', 'secret_access_key', 'region'),
      default_vpc: boolean('default_vpc'),
    },
  },
  azure: {
    client: 'AzureClient',
    arguments: text('subscription_id', 'tenant_id', 'client_id', 'client_secret', 'region', 'resource_group'),
  },
  openai: { client: 'OpenAIProvider', arguments: text('api_key', 'model', 'base_url') },
  anthropic: { client: 'AnthropicProvider', arguments: text('api_key', 'model') },
};

const mailcow: ClientShape = {
  client: 'MailcowClient',
  arguments: {
    ...text('api_url', 'api_token', 'domain', 'imap_host', 'smtp_host'),
    smtp_port: integer('smtp_port'),
    verify_ssl: boolean('verify_ssl'),
  },
};
const mailbox: ClientShape = {
  client: 'MailcowClient.send_email',
  arguments: text('mailbox', 'password'),
};
const unifi: ClientShape = { client: 'UnifiAgent', arguments: text('host', 'api_key') };

const ssh = (user: string, port: string): ClientShape => ({
  client: 'SSHClient',
  arguments: {
    host: { field: 'host', label: 'host' },
    username: { field: user },
    password: { field: 'password' },
    port: integer(port),
  },
});

/**
 * The arguments of the client that Glassdome has for a credential, or undefined where it has none. A credential of type
 * `other` is known by its variables, which all have to belong to one system.
 */
export function clientShapeOf(credential: Credential): ClientShape | undefined {
  if (credential.serviceType !== 'other') return byServiceType[credential.serviceType];
  const families = new Set(
    Object.keys(credential.envNames).map((name) => envVocabulary.meaningOf(name)?.family.key),
  );
  const [family] = families;
  if (families.size !== 1 || family === undefined) return undefined;
  if (family.startsWith('cisco:')) return ssh('username', 'port');
  if (family.startsWith('mailbox:')) return mailbox;
  if (family === 'mailcow') return mailcow;
  if (family === 'machine' || family === 'machine_default:linux') return ssh('user', 'port');
  return family === 'unifi' ? unifiOf(credential) : undefined;
}

/** A gateway with an API key is spoken to by it, unless the credential says that it is a login for SSH. */
function unifiOf({ settings, secretFields }: Credential): ClientShape {
  const hasKey = secretFields.includes('api_key') || settings['api_key'] !== undefined;
  return hasKey && settings['access_method']?.toLowerCase() !== 'ssh' ? unifi : ssh('user', 'ssh_port');
}
