import { random } from './secrets.js';

/** Fields of the forms, at addresses that do not exist. */
export const pve = (host: string) => () => ({
  host,
  user: 'broker@pve',
  auth_method: 'api_token',
  token_name: 'glassdome',
  token_value: random.uuid(),
});
export const login = (host: string, user: string) => () => ({ host, user, password: random.password() });
export const openai = () => ({
  api_key: `sk-svcacct-${random.letters(60)}T3BlbkFJ${random.letters(60)}`,
  model: 'gpt-4',
});
export const anthropic = () => ({ api_key: `sk-ant-api03-${random.letters(93)}AA`, model: 'claude-3-opus' });
export const aws = (region: string) => () => ({
  access_key_id: `AKIA${random
    .letters(16)
    .toUpperCase()
    .replaceAll(/[^A-Z2-7]/g, 'Q')}`,
  secret_access_key: random.letters(40),
  region,
});
export const docker = (host: string) => () => {
  const { cert, key } = random.certificate();
  return { host, client_cert_pem: cert, client_key_pem: key };
};
export const grafana = (host: string) => () => ({
  base_url: `https://${host}`,
  auth_method: 'service_account_token',
  token: `glsa_${random.letters(32)}_${random.hex(4)}`,
});
export const kubernetes = (host: string) => () => ({
  auth_method: 'token',
  server_url: `https://${host}:6443`,
  token: random.token(),
});
export const basic = (host: string) => () => ({
  base_url: `https://${host}`,
  auth_method: 'basic',
  username: 'broker',
  password: random.password(),
});
export const azure = () => ({
  subscription_id: random.uuid(),
  client_id: random.uuid(),
  tenant_id: random.uuid(),
  client_secret: `${random.letters(3)}8Q~${random.letters(34)}`,
});
