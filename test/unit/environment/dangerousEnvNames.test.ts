import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { envVocabulary } from '../../../src/connectors/envNames.js';
import { otherFamilies } from '../../../src/connectors/other/otherFamilies.js';
import { connectors } from '../../../src/connectors/registry.js';
import { isDangerousEnvName } from '../../../src/domain/environment/dangerousEnvNames.js';
import { parseDotenv } from '../../../src/domain/imports/dotenv.js';

const words = (text: string) => text.trim().split(/\s+/);

/** Two or more of each kind, and what was tried by others. */
const DANGEROUS = words(`
  PATH LD_PRELOAD LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES GCONV_PATH GLIBC_TUNABLES HOME TMPDIR GTK_MODULES
  BASH_ENV ENV PS4 PROMPT_COMMAND ZDOTDIR INPUTRC
  NODE_OPTIONS PYTHONPATH PYTHONSTARTUP PERL5OPT PERL5LIB RUBYOPT LUA_INIT PHPRC JULIA_LOAD_PATH R_PROFILE_USER
  JAVA_TOOL_OPTIONS JAVA_OPTS CATALINA_OPTS CLASSPATH DOTNET_STARTUP_HOOKS CORECLR_PROFILER ERL_FLAGS
  DJANGO_SETTINGS_MODULE FLASK_APP WERKZEUG_DEBUG_PIN
  GUNICORN_CMD_ARGS UWSGI_INI UVICORN_APP CELERY_CONFIG_MODULE PYTEST_ADDOPTS FZF_DEFAULT_OPTS ANSIBLE_CONFIG TAR_OPTIONS
  RSYNC_RSH TF_CLI_ARGS TF_CLI_CONFIG_FILE TF_PLUGIN_CACHE_DIR PGSYSCONFDIR PGSERVICEFILE TNS_ADMIN
  EDITOR VISUAL VIMINIT EXINIT PAGER LESSOPEN MANPAGER AWS_PAGER KUBE_EDITOR GIT_SSH_COMMAND GIT_CONFIG_GLOBAL
  SSH_ASKPASS SUDO_ASKPASS HGRCPATH SVN_SSH
  GRADLE_OPTS MAVEN_OPTS MAKEFLAGS CC CXX CFLAGS LDFLAGS RUSTC_WRAPPER RUSTFLAGS CARGO_HOME CARGO_BUILD_RUSTC_WRAPPER GOFLAGS
  GOTOOLCHAIN CGO_CFLAGS CMAKE_TOOLCHAIN_FILE BUNDLE_GEMFILE GEM_HOME COMPOSER_HOME DOCKER_CONFIG DOCKER_CERT_PATH
  PIP_INDEX_URL PIP_EXTRA_INDEX_URL UV_INDEX_URL POETRY_REPOSITORIES_X_URL npm_config_registry NPM_CONFIG_REGISTRY
  YARN_REGISTRY GOPROXY GOSUMDB HOMEBREW_BOTTLE_DOMAIN CONDA_CHANNELS APT_CONFIG HF_ENDPOINT
  KUBECONFIG AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_CA_BUNDLE CLOUDSDK_CONFIG
  AZURE_CONFIG_DIR XDG_CONFIG_HOME NETRC CURL_HOME WGETRC GNUPGHOME KRB5_CONFIG HELM_REGISTRY_CONFIG
  GLASSDOME_BROKER_URL GLASSDOME_BROKER_TOKEN GLASSDOME_BROKER_CLIENT_SECRET
  HTTP_PROXY https_proxy ALL_PROXY NO_PROXY SSL_CERT_FILE REQUESTS_CA_BUNDLE OPENSSL_CONF SSLKEYLOGFILE CURL_CA_BUNDLE`);

/** What credentials are for, beside what the connectors serve. */
const FINE = words(`
  DATABASE_URL CELERY_BROKER_URL REDIS_URL DOCKER_HOST AMQP_URL APP_API_URL APP_API_TOKEN SECRET_KEY JWT_SECRET STRIPE_API_KEY
  GITHUB_TOKEN GH_TOKEN NPM_TOKEN VAULT_TOKEN VAULT_SECRET_ID PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE MYSQL_PASSWORD
  TF_VAR_token SMTP_HOST SLACK_WEBHOOK_URL SENTRY_DSN MONGO_URI LDAP_BIND_PASSWORD KAFKA_BOOTSTRAP_SERVERS S3_BUCKET
  HF_TOKEN AWS_ENDPOINT_URL VAULT_ADDR SWIFT_PASSWORD CARGO_REGISTRY_TOKEN POETRY_PYPI_TOKEN TWILIO_AUTH_TOKEN FLASK_SECRET_KEY DJANGO_SECRET_KEY DOCKER_PASSWORD COMPANY_URL ANTHROPIC_BASE_URL`);

describe('names that no credential may bring', () => {
  it('are refused by kind', () => {
    expect(DANGEROUS.filter((name) => !isDangerousEnvName(name))).to.deep.equal([]);
  });

  it('are none that the broker serves today, and none of addresses and secrets of services', () => {
    const families = [
      ...connectors.map((c) => ({ variables: c.envNames, aliases: c.envAliases })),
      ...otherFamilies,
    ];
    const served = families.flatMap(({ variables, aliases }) => [
      ...Object.keys(variables),
      ...Object.keys(aliases),
    ]);
    const file = parseDotenv(readFileSync('test/fixtures/glassdome.env', 'utf8')).entries.map((e) => e.name);
    const known = file.filter((name) => envVocabulary.meaningOf(name) !== undefined);
    expect(known.length).to.be.above(30);
    expect([...served, ...known, ...FINE].filter(isDangerousEnvName)).to.deep.equal([]);
  });
});
