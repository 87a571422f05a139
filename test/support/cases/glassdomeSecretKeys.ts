const names = (text: string): string[] => text.trim().split(/\s+/);

/** The secret keys of credentials that Glassdome's settings ask for, one read each, whenever they are built. */
export const CREDENTIAL_KEYS: readonly string[] = names(`
  proxmox_01_host proxmox_01_user proxmox_01_password proxmox_token_value proxmox_root_password
  esxi_host esxi_user esxi_password
  aws_access_key_id aws_secret_access_key
  azure_subscription_id azure_tenant_id azure_client_id azure_client_secret
  openai_api_key anthropic_api_key
  xai_api_key perplexity_api_key rapidapi_key google_search_api_key google_engine_id
  mail_api glassdome_ai_password overseer_password
  nexus_3064_user nexus_3064_password cisco_3850_user cisco_3850_password
  ubiquiti_gateway_user ubiquiti_gateway_password ubiquiti_api_key
  updock_user updock_password updock_guac_db_user updock_guac_db_password
  updock_guac_admin_user updock_guac_admin_password
  truenas_api_user truenas_api_key
  windows_default_password linux_default_password
  database_password
  proxmox_admin_passwd`);

/** Asked for in the same way, though they are no credentials: the signing key and two settings. */
export const OTHER_KEYS: readonly string[] = names(
  'secret_key lab_proxmox_instance hot_spare_proxmox_instance',
);

/** All 46 that are asked for one by one. */
export const SETTINGS_SECRET_KEYS: readonly string[] = [...CREDENTIAL_KEYS, ...OTHER_KEYS];

/** Secret keys that other parts of Glassdome ask for. */
export const OCCASIONAL_KEYS: readonly string[] = names(`
  proxmox_password mailcow_api_key mailcow_key mailcow_url overseer_mail_password mail_password mailcow_smtp_password
  proxmox_token_value_02 proxmox_password_02 machine_cred_web01_user machine_cred_web01_password`);

const SHAPED: Readonly<Record<string, string>> = {
  aws_access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  aws_secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  azure_subscription_id: '11111111-2222-4333-8444-555555555551',
  azure_tenant_id: '11111111-2222-4333-8444-555555555552',
  azure_client_id: '11111111-2222-4333-8444-555555555553',
};

/** A value for each key, no two alike, in the form that its service gives out where that has one. */
export function madeUpValue(key: string): string {
  return SHAPED[key] ?? `value-of-${key}`;
}
