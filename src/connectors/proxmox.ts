import type { Connector } from '../domain/template.js';

/** Proxmox VE: an API token (preferred) or a password. Port 8006. */
export const proxmox: Connector = {
  serviceType: 'proxmox',
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
      { name: 'port', type: 'integer', label: 'Port' },
      { name: 'verify_ssl', type: 'boolean', label: 'Verify TLS' },
      { name: 'default_node', type: 'text', label: 'Default node' },
      { name: 'default_storage', type: 'text', label: 'Default storage' },
      { name: 'root_password', type: 'password', label: 'Password of root, for SSH' },
    ],
  },
  destinationFields: ['host', 'port', 'verify_ssl'],
  envNames: {
    PROXMOX_HOST: 'host',
    PROXMOX_USER: 'user',
    PROXMOX_PASSWORD: 'password',
    PROXMOX_TOKEN_NAME: 'token_name',
    PROXMOX_TOKEN_VALUE: 'token_value',
    PROXMOX_VERIFY_SSL: 'verify_ssl',
    PROXMOX_NODE: 'default_node',
    PROXMOX_ROOT_PASSWORD: 'root_password',
  },
  envAliases: {
    PROXMOX_01_HOST: 'PROXMOX_HOST',
    PROXMOX_01_USER: 'PROXMOX_USER',
    PROXMOX_01_PASSWORD: 'PROXMOX_PASSWORD',
    PROXMOX_ADMIN: 'PROXMOX_USER',
    PROXMOX_ADMIN_PASSWD: 'PROXMOX_PASSWORD',
    PROXMOX_TOKEN_SECRET: 'PROXMOX_TOKEN_VALUE',
  },
};
