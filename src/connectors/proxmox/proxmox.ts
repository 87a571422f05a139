import type { Connector } from '../../domain/services/connector.js';
import { pastedUrl } from '../common/pastedUrl.js';
import { tlsDestinationFields, tlsFields, tlsRules } from '../common/tlsFields.js';
import { matching, rulesOf } from '../fieldRules.js';
import { testProxmox } from './proxmoxProbe.js';

/** `user@realm!name=value` as the console shows it, or as the header that carries it. */
const TOKEN = '(?:(?:Authorization:\\s*)?PVEAPIToken=)?([^!=\\s]+)!([^!=\\s]+)';
const WHOLE_TOKEN = `^${TOKEN}(?:\\s*=\\s*(\\S+))?$`;
const TOKEN_PARTS = ['user', 'token_name', 'token_value'];

/** Proxmox VE: an API token (preferred) or a password. Port 8006. */
export const proxmox: Connector = {
  serviceType: 'proxmox',
  shortName: 'Proxmox',
  template: {
    service_type: 'proxmox',
    title: 'Proxmox VE',
    docs_url: 'https://pve.proxmox.com/wiki/User_Management',
    required_fields: [
      { name: 'host', type: 'text', label: 'Proxmox Host' },
      { name: 'user', type: 'text', label: 'Username', default: 'root@pam' },
      { name: 'auth_method', type: 'select', label: 'Authentication', options: ['password', 'api_token'] },
    ],
    conditional_fields: {
      'auth_method=password': [{ name: 'password', type: 'password', label: 'Password' }],
      'auth_method=api_token': [
        { name: 'token_name', type: 'text', label: 'Token Name' },
        { name: 'token_value', type: 'password', label: 'Token Secret' },
      ],
    },
    optional_fields: [
      { name: 'port', type: 'integer', label: 'Port', default: '8006' },
      { name: 'default_node', type: 'text', label: 'Default node', default: 'pve01' },
      { name: 'default_storage', type: 'text', label: 'Default storage', default: 'local-lvm' },
      {
        name: 'token_id',
        type: 'text',
        label: 'Token ID',
        help: 'user@realm!name; sets user and token name.',
      },
      { name: 'root_password', type: 'password', label: 'Password of root, for SSH' },
      { name: 'ssh_user', type: 'text', label: 'SSH user' },
      { name: 'ssh_password', type: 'password', label: 'SSH password' },
      ...tlsFields,
    ],
    paste_forms: [
      { field: 'host', ...pastedUrl() },
      { field: 'token_value', pattern: `^${TOKEN}\\s*=\\s*(\\S+)$`, into: TOKEN_PARTS },
      { field: 'token_name', pattern: WHOLE_TOKEN, into: TOKEN_PARTS },
      { field: 'user', pattern: WHOLE_TOKEN, into: TOKEN_PARTS },
      { field: 'token_id', pattern: WHOLE_TOKEN, into: TOKEN_PARTS, joined: '{user}!{token_name}' },
    ],
    secret_guards: [
      {
        pattern: '=',
        fields: ['token_name', 'token_id'],
        rule: 'must not contain "="; put the part after it in token_value',
      },
      {
        pattern: '(^|=)\\s*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|![^!\\s]+\\s*=',
        rule: 'must not contain a token with its secret; paste it into token_value',
      },
    ],
  },
  schemes: ['https'],
  destinationFields: ['host', 'port', ...tlsDestinationFields],
  steersNothing: ['user', 'token_name', 'token_id', 'ssh_user', 'default_node', 'default_storage'],
  rules: rulesOf({
    ...tlsRules,
    user: matching(
      /^(?=.{1,64}$)[^\s:/!]+@[A-Za-z][A-Za-z0-9.\-_]+$/,
      'must be name@realm, such as broker@pve, of at most 64 characters',
    ),
    token_name: matching(
      /^[A-Za-z][A-Za-z0-9.\-_]+$/,
      'must be a letter, then at least one more letter, digit, ".", "-" or "_" (only the name of user@realm!name)',
    ),
    token_id: matching(/^[^\s:/!]+@[^\s!]+![A-Za-z][A-Za-z0-9.\-_]+$/, 'must be user@realm!name'),
    token_value: matching(/^[^\s!=]+$/, 'must be only the secret, without "!", "=" and spaces'),
  }),
  envNames: {
    PROXMOX_HOST: 'host',
    PROXMOX_USER: 'user',
    PROXMOX_PASSWORD: 'password',
    PROXMOX_TOKEN_NAME: 'token_name',
    PROXMOX_TOKEN_VALUE: 'token_value',
    PROXMOX_TOKEN_ID: 'token_id',
    PROXMOX_VERIFY_SSL: 'verify_ssl',
    PROXMOX_NODE: 'default_node',
    PROXMOX_ROOT_PASSWORD: 'root_password',
    PROXMOX_SSH_USER: 'ssh_user',
    PROXMOX_SSH_PASSWORD: 'ssh_password',
  },
  envAliases: {
    PROXMOX_ADMIN: 'PROXMOX_USER',
    PROXMOX_ADMIN_PASSWD: 'PROXMOX_PASSWORD',
    PROXMOX_TOKEN_SECRET: 'PROXMOX_TOKEN_VALUE',
  },
  numbered: {
    id: '\\d{1,10}',
    label: 'instance',
    first: '01',
    overriding: ['host', 'user', 'password'],
    inherited: { token_name: 'token_value', verify_ssl: 'host' },
    names: {
      host: ['PROXMOX_<id>_HOST'],
      user: ['PROXMOX_<id>_USER'],
      password: ['PROXMOX_<id>_PASSWORD', 'PROXMOX_PASSWORD_<id>'],
      token_name: ['PROXMOX_<id>_TOKEN_NAME', 'PROXMOX_TOKEN_NAME_<id>'],
      token_value: ['PROXMOX_TOKEN_VALUE_<id>', 'PROXMOX_<id>_TOKEN_VALUE'],
      verify_ssl: ['PROXMOX_<id>_VERIFY_SSL'],
      default_node: ['PROXMOX_<id>_NODE'],
      root_password: ['PROXMOX_<id>_ROOT_PASSWORD', 'PROXMOX_ROOT_PASSWORD_<id>'],
    },
  },
  test: testProxmox,
  guide: {
    create: [
      'Datacenter → Permissions → Users: add a separate user, e.g. broker@pve.',
      'Datacenter → Permissions → API Tokens: add a token for it and copy its secret, which is shown once.',
      'Datacenter → Permissions: give the token a role on the paths that Glassdome uses; with privilege separation the permissions of the user do not apply to it.',
    ],
    permissions: 'None for the test itself; PVEAuditor on / shows nodes and permissions.',
    test: 'Logs in, reads the version and the effective permissions, and the expiry of the token, if allowed.',
  },
};
