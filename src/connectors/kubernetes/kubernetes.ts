import type { Connector } from '../../domain/services/connector.js';
import { setting } from '../common/probing.js';
import {
  brokerTlsDestinationFields,
  brokerTlsFields,
  clientCertificateFields,
  tlsRules,
} from '../common/tlsFields.js';
import { matching, oneWord, readable, rulesOf } from '../fieldRules.js';
import { readKubeconfig } from './kubeconfig.js';
import { testKubernetes } from './kubernetesProbe.js';

const server = { name: 'server_url', type: 'text', label: 'Address of the API server' } as const;

/** Kubernetes: a token of a service account (preferred), a client certificate, or a whole kubeconfig. */
export const kubernetes: Connector = {
  serviceType: 'kubernetes',
  template: {
    service_type: 'kubernetes',
    title: 'Kubernetes',
    docs_url: 'https://kubernetes.io/docs/reference/access-authn-authz/authentication/',
    required_fields: [
      {
        name: 'auth_method',
        type: 'select',
        label: 'Authentication',
        options: ['token', 'client_certificate', 'kubeconfig'],
      },
    ],
    conditional_fields: {
      'auth_method=token': [server, { name: 'token', type: 'password', label: 'Token' }],
      'auth_method=client_certificate': [
        server,
        ...clientCertificateFields.map((field) => ({
          ...field,
          required: field.name !== 'client_key_passphrase',
        })),
      ],
      'auth_method=kubeconfig': [
        {
          name: 'kubeconfig',
          type: 'secret_text',
          label: 'Kubeconfig',
          help: 'From kubectl config view --flatten --raw; exec, auth-provider and file paths are not accepted.',
        },
      ],
    },
    optional_fields: [
      { name: 'context', type: 'text', label: 'Context of the kubeconfig' },
      { name: 'namespace', type: 'text', label: 'Namespace', default: 'default' },
      ...brokerTlsFields,
    ],
    secret_guards: [
      {
        pattern: '\\beyJ[\\w-]+\\.eyJ|client-key-data|\\btoken:',
        rule: 'must not contain a secret; put it in token or kubeconfig',
      },
    ],
  },
  destinationFields: ['server_url', 'context', ...brokerTlsDestinationFields],
  steersNothing: ['client_cert_pem', 'namespace'],
  rules: rulesOf({
    ...tlsRules,
    token: oneWord,
    kubeconfig: readable((text, values) => readKubeconfig(text, setting(values, 'context'))),
    namespace: matching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be the name of a namespace'),
  }),
  envNames: {
    KUBERNETES_SERVER: 'server_url',
    KUBERNETES_TOKEN: 'token',
    KUBERNETES_NAMESPACE: 'namespace',
  },
  envAliases: { K8S_SERVER: 'KUBERNETES_SERVER', K8S_TOKEN: 'KUBERNETES_TOKEN' },
  tlsInside: ({ auth_method: method }) => method === 'kubeconfig',
  test: testKubernetes,
  guide: {
    create: [
      'kubectl create serviceaccount glassdome, and a RoleBinding for the resources it uses.',
      'kubectl create token glassdome --duration=2160h creates a token that expires; a Secret of type service-account-token one that does not.',
    ],
    permissions:
      'None for the test itself: every authenticated user can request their identity and permissions.',
    test: 'Requests the version without the credential, then its identity and its permissions in the namespace.',
  },
};
