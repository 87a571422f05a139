import type { Connector } from '../../domain/services/connector.js';
import { pastedUrl } from '../common/pastedUrl.js';
import { tlsDestinationFields, tlsFields, tlsRules } from '../common/tlsFields.js';
import { rulesOf } from '../fieldRules.js';
import { testVmware } from './vmwareProbe.js';

/** VMware: one ESXi host or a vCenter. */
export const vmware: Connector = {
  serviceType: 'vmware',
  shortName: 'ESXi',
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
      { name: 'port', type: 'integer', label: 'Port', default: '443' },
      { name: 'datacenter_name', type: 'text', label: 'Datacenter', default: 'ha-datacenter' },
      { name: 'datastore_name', type: 'text', label: 'Datastore' },
      { name: 'network_name', type: 'text', label: 'Network', default: 'VM Network' },
      {
        name: 'endpoint_kind',
        type: 'select',
        label: 'Endpoint kind',
        options: ['esxi', 'vcenter'],
        strict: true,
      },
      ...tlsFields,
    ],
    paste_forms: [{ field: 'host', ...pastedUrl('ui|sdk|vsphere-client|websso|mob|folder') }],
  },
  schemes: ['https'],
  destinationFields: ['host', 'port', ...tlsDestinationFields],
  steersNothing: ['user', 'datacenter_name', 'datastore_name', 'network_name'],
  rules: rulesOf({
    ...tlsRules,
  }),
  envNames: {
    ESXI_HOST: 'host',
    ESXI_USER: 'user',
    ESXI_PASSWORD: 'password',
    ESXI_DATASTORE: 'datastore_name',
    ESXI_NETWORK: 'network_name',
    ESXI_VERIFY_SSL: 'verify_ssl',
  },
  envAliases: {},
  test: testVmware,
  guide: {
    create: [
      'vCenter: Administration → Users and Groups: add a user in vsphere.local; Global Permissions: give the user a role.',
      'ESXi: Host → Manage → Security & users → Users: add a user; Host → Permissions: give the user a role.',
    ],
    permissions: 'Any role on the inventory that lets the user log in, such as Read-only.',
    test: 'Requests product and version without a secret, logs in by SOAP, and logs out again.',
  },
};
