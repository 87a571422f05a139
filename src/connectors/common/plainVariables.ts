import type { PlainVariable } from '../../domain/imports/envVocabulary.js';

const names = (text: string): string[] => text.trim().split(/\s+/);

/** Needed to reach the secrets at all, so never kept by the broker. */
const BOOTSTRAP = names(`
  SECRETS_BACKEND VAULT_ADDR VAULT_ROLE_ID VAULT_MOUNT_POINT VAULT_AUTH_MOUNT VAULT_SKIP_VERIFY
  JWT_ALGORITHM ACCESS_TOKEN_EXPIRE_MINUTES`);
const SECRET_BOOTSTRAP = names('VAULT_SECRET_ID VAULT_TOKEN SECRET_KEY GLASSDOME_ENCRYPTION_KEY');

/** Hold a password inside. */
const CONNECTION_STRINGS = names('DATABASE_URL REDIS_URL CELERY_BROKER_URL CELERY_RESULT_BACKEND');

/** Plain configuration of Glassdome: not a credential, not secret. */
const SETTINGS = names(`
  APP_NAME APP_VERSION ENVIRONMENT DEBUG API_PREFIX BACKEND_PORT VITE_PORT CORS_ORIGINS TESTING
  LOG_LEVEL LOG_DIR LOG_MAX_SIZE_MB LOG_BACKUP_COUNT LOG_JSON_ENABLED LOG_CONSOLE_ENABLED LOG_FILE_ENABLED
  LOGSTASH_ENABLED LOGSTASH_HOST LOGSTASH_PORT
  LAB_PROXMOX_INSTANCE HOT_SPARE_PROXMOX_INSTANCE HOT_SPARE_ENABLED PROXMOX_SSH_KEY_PATH
  ESXI_UBUNTU_TEMPLATE ESXI_TESTING_ENABLED
  UBUNTU_2204_TEMPLATE_ID UBUNTU_2004_TEMPLATE_ID WINDOWS_SERVER2022_TEMPLATE_ID
  LLM_DEFAULT_PROVIDER CHAT_MAX_CONTEXT_MESSAGES CHAT_STREAMING_ENABLED
  GLASSDOME_ROOT GLASSDOME_DATA_DIR GLASSDOME_MODE WORKER_ID WORKER_CONCURRENCY MONITOR_INTERVAL
  FRONTEND_URL BACKEND_URL HEALTH_CHECK_INTERVAL STATE_SYNC_INTERVAL`);

const rows = (list: string[], plain: PlainVariable): [string, PlainVariable][] =>
  list.map((name) => [name, plain]);

/** Glassdome's variables that are no credentials, by upper-case name. An import leaves them where they are. */
export const plainVariables: ReadonlyMap<string, PlainVariable> = new Map([
  ...rows(BOOTSTRAP, { class: 'bootstrap', secret: false }),
  ...rows(SECRET_BOOTSTRAP, { class: 'bootstrap', secret: true }),
  ...rows(CONNECTION_STRINGS, { class: 'connection_string', secret: true }),
  ...rows(SETTINGS, { class: 'setting', secret: false }),
]);
