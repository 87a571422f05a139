/** Pasted documents that no reader takes, or takes with a warning, by service type and field; each holds the text. */
export function brokenDocuments(text: string): { service_type: string; fields: Record<string, string> }[] {
  const kubeconfig = (user: string) =>
    `apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {server: "https://127.0.0.1:9"}\ncontexts:\n- name: x\n  context: {cluster: c, user: u}\ncurrent-context: x\nusers:\n- name: u\n  user: ${user}\n`;
  const users = [
    `{token: !vault ${text}}`,
    `{token: !unsafe "${text}"}`,
    `{username: a, password: !${text}}`,
    `{token: {{ ${text} }}}`,
    `{? [${text}] : 1}`,
    `{token: *${text}}`,
    `"${text}`,
    `{token: ${text}, token: ${text}}`,
    `{token: "\\q${text}"}`,
    `{client-key-data: "${text}"}`,
  ];
  const key = (body: string) => ({
    service_type: 'google_cloud',
    fields: { service_account_json: body, service_account_key: body },
  });
  const pem = (label: string) => `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----\n`;
  return [
    ...users.map((user) => ({
      service_type: 'kubernetes',
      fields: { auth_method: 'kubeconfig', kubeconfig: kubeconfig(user) },
    })),
    {
      service_type: 'kubernetes',
      fields: { auth_method: 'kubeconfig', kubeconfig: `%YAML ${text}\n---\n${text}: [` },
    },
    {
      service_type: 'kubernetes',
      fields: {
        auth_method: 'kubeconfig',
        kubeconfig: `{"kind":"Config","users":[{"user":{"token":"${text}`,
      },
    },
    ...[
      `{"private_key":"${text}`,
      `{"private_key":"${text}"}`,
      `{"type":"service_account","private_key":"${pem('PRIVATE KEY')}"}`,
      `'${text}'`,
      text,
    ].map(key),
    {
      service_type: 'docker_swarm',
      fields: { host: '127.0.0.1', client_cert_pem: pem('CERTIFICATE'), client_key_pem: pem('PRIVATE KEY') },
    },
    {
      service_type: 'docker_swarm',
      fields: {
        host: '127.0.0.1',
        client_cert_pem: 'x',
        client_key_pem: `-----BEGIN PRIVATE KEY-----\n${text}`,
      },
    },
    {
      service_type: 'azure',
      fields: { subscription_id: text, tenant_id: text, client_id: text, client_secret: text },
    },
    { service_type: 'aws', fields: { access_key_id: text, secret_access_key: text, region: text } },
    {
      service_type: 'proxmox',
      fields: { host: `https://u:${text}@h`, token_value: text, token_name: `a=${text}` },
    },
  ];
}
