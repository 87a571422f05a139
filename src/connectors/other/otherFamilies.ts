import type { EnvFamily } from '../../domain/imports/envFamily.js';

type Table = Omit<EnvFamily, 'serviceType' | 'aliases'> & { aliases?: EnvFamily['aliases'] };

/** One plain API key. */
const apiKey = (key: string, name: string, variable: string): Table => ({
  key: `api_key:${key}`,
  name,
  variables: { [variable]: 'api_key' },
  secretFields: ['api_key'],
});

/** A switch that is reached over SSH; field names as Glassdome's SSH client has them. */
const ciscoSwitch = (prefix: string, name: string): Table => ({
  key: `cisco:${prefix.toLowerCase()}`,
  name,
  variables: {
    [`${prefix}_HOST`]: 'host',
    [`${prefix}_USER`]: 'username',
    [`${prefix}_PASSWORD`]: 'password',
    [`${prefix}_SSH_PORT`]: 'port',
  },
  secretFields: ['password'],
});

const mailbox = (local: string, name: string, variable: string, aliases: string[]): Table => ({
  key: `mailbox:${local}`,
  name,
  variables: { [variable]: 'password' },
  aliases: Object.fromEntries(aliases.map((alias) => [alias, variable])),
  secretFields: ['password'],
  derived: { mailbox: { from: 'MAILCOW_DOMAIN', text: `${local}@<value>` } },
});

const tables: readonly Table[] = [
  {
    key: 'mailcow',
    name: 'Mailcow',
    variables: {
      MAIL_API: 'api_token',
      MAILCOW_API_URL: 'api_url',
      MAILCOW_DOMAIN: 'domain',
      MAILCOW_IMAP_HOST: 'imap_host',
      MAILCOW_SMTP_HOST: 'smtp_host',
      MAILCOW_SMTP_PORT: 'smtp_port',
      MAILCOW_VERIFY_SSL: 'verify_ssl',
      MAIL_API_UID: 'login_user',
      MAIL_API_PW: 'login_password',
    },
    aliases: { MAILCOW_API_KEY: 'MAIL_API', MAILCOW_KEY: 'MAIL_API', MAILCOW_URL: 'MAILCOW_API_URL' },
    secretFields: ['api_token', 'login_password'],
  },
  mailbox('glassdome-ai', 'Mailbox glassdome-ai', 'GLASSDOME_AI_PASSWORD', []),
  mailbox('overseer', 'Mailbox overseer', 'OVERSEER_PASSWORD', [
    'OVERSEER_MAIL_PASSWORD',
    'MAIL_PASSWORD',
    'MAILCOW_SMTP_PASSWORD',
  ]),
  ciscoSwitch('NEXUS_3064', 'Cisco Nexus 3064'),
  ciscoSwitch('CISCO_3850', 'Cisco 3850'),
  {
    key: 'unifi',
    name: 'UniFi',
    variables: {
      UBIQUITI_GATEWAY_HOST: 'host',
      UBIQUITI_GATEWAY_USER: 'user',
      UBIQUITI_GATEWAY_PASSWORD: 'password',
      UBIQUITI_API_KEY: 'api_key',
      UBIQUITI_API_NAME: 'api_name',
      UBIQUITI_ACCESS_METHOD: 'access_method',
      UBIQUITI_SSH_PORT: 'ssh_port',
    },
    aliases: { UBIQUITY_KEY: 'UBIQUITI_API_KEY' },
    secretFields: ['password', 'api_key'],
  },
  {
    key: 'guacamole',
    name: 'Guacamole (Updock)',
    variables: {
      UPDOCK_HOST: 'host',
      UPDOCK_USER: 'user',
      UPDOCK_PASSWORD: 'password',
      UPDOCK_GUAC_DB_USER: 'guac_db_user',
      UPDOCK_GUAC_DB_PASSWORD: 'guac_db_password',
      UPDOCK_GUAC_ADMIN_USER: 'guac_admin_user',
      UPDOCK_GUAC_ADMIN_PASSWORD: 'guac_admin_password',
      UPDOCK_GUACD_PORT: 'guacd_port',
      UPDOCK_WEB_PORT: 'web_port',
    },
    secretFields: ['password', 'guac_db_password', 'guac_admin_password'],
  },
  {
    key: 'truenas',
    name: 'TrueNAS',
    variables: { TRUENAS_HOST: 'host', TRUENAS_API_USER: 'user', TRUENAS_API_KEY: 'api_key' },
    secretFields: ['api_key'],
  },
  {
    key: 'machine_default:windows',
    name: 'Machine default Windows',
    variables: {
      WINDOWS_DEFAULT_USER: 'user',
      WINDOWS_DEFAULT_PASSWORD: 'password',
      WINRM_PORT: 'port',
      WINRM_SSL_PORT: 'ssl_port',
    },
    secretFields: ['password'],
  },
  {
    key: 'machine_default:linux',
    name: 'Machine default Linux',
    variables: { LINUX_DEFAULT_USER: 'user', LINUX_DEFAULT_PASSWORD: 'password', LINUX_SSH_PORT: 'port' },
    secretFields: ['password'],
  },
  {
    key: 'machine',
    name: 'Machine',
    variables: {},
    secretFields: ['password'],
    needs: ['user', 'password'],
    numbered: {
      id: '[A-Za-z0-9_.-]{1,100}',
      label: 'host',
      names: { user: ['MACHINE_CRED_<id>_USER'], password: ['MACHINE_CRED_<id>_PASSWORD'] },
    },
  },
  {
    key: 'database',
    name: 'Glassdome database password',
    variables: { DATABASE_PASSWORD: 'password' },
    secretFields: ['password'],
  },
  apiKey('xai', 'xAI', 'XAI_API_KEY'),
  apiKey('perplexity', 'Perplexity', 'PERPLEXITY_API_KEY'),
  apiKey('rapidapi', 'RapidAPI', 'RAPIDAPI_KEY'),
  {
    key: 'api_key:google_search',
    name: 'Google Search',
    variables: { GOOGLE_SEARCH_API_KEY: 'api_key', GOOGLE_ENGINE_ID: 'engine_id' },
    aliases: { GOOGLE_SEARCH_API: 'GOOGLE_SEARCH_API_KEY' },
    secretFields: ['api_key'],
  },
  {
    key: 'api_key:cloudflare',
    name: 'Cloudflare',
    variables: { CLOUDFLARE_API_TOKEN: 'api_token' },
    secretFields: ['api_token'],
  },
];

/** Systems that Glassdome has credentials for and that have no connector: stored as `other`. */
export const otherFamilies: readonly EnvFamily[] = tables.map((table) => ({
  serviceType: 'other',
  aliases: {},
  ...table,
}));
