import type { Connector } from '../domain/template.js';

/** VMware: one ESXi host or a vCenter. */
export const vmware: Connector = {
  serviceType: 'vmware',
  template: {
    service_type: 'vmware',
    title: 'VMware vSphere / ESXi',
    docs_url: 'https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/',
    required_fields: [
      { name: 'host', type: 'text', label: 'Host' },
      { name: 'user', type: 'text', label: 'Username', default: 'root' },
      { name: 'password', type: 'password', label: 'Password' },
    ],
    optional_fields: [
      { name: 'port', type: 'integer', label: 'Port' },
      { name: 'verify_ssl', type: 'boolean', label: 'Verify TLS' },
      { name: 'datacenter_name', type: 'text', label: 'Datacenter' },
      { name: 'datastore_name', type: 'text', label: 'Datastore' },
      { name: 'network_name', type: 'text', label: 'Network' },
    ],
  },
  destinationFields: ['host', 'port', 'verify_ssl'],
  envNames: {
    ESXI_HOST: 'host',
    ESXI_USER: 'user',
    ESXI_PASSWORD: 'password',
    ESXI_DATASTORE: 'datastore_name',
    ESXI_NETWORK: 'network_name',
    ESXI_VERIFY_SSL: 'verify_ssl',
  },
  envAliases: {},
};
