/** Loaders, interpreters, shells, editors and pagers, trust and proxies, each by its documented variables. */
const STEERING = [
  /^(LD|DYLD)_/,
  /^(PATH|HOME|SHELL|IFS|ENV|CDPATH|ZDOTDIR|TMPDIR|GCONV_PATH|PS4|PROMPT_COMMAND|SHELLOPTS|BASHOPTS)$/,
  /^BASH_(ENV|FUNC_.*)$/,
  /^NODE_(OPTIONS|PATH|EXTRA_CA_CERTS|TLS_.*)$/,
  /^(PYTHON|PERL5|PERLLIB|RUBYLIB|RUBYOPT|LUA_C?PATH|PHP_INI_SCAN_DIR|PHPRC)/,
  /^(CLASSPATH|(JAVA_TOOL|JDK_JAVA|_JAVA)_OPTIONS|DOTNET_STARTUP_HOOKS|CORECLR_.*)$/,
  /^(GIT_|SSH_ASKPASS|XDG_|npm_config_|GLASSDOME_BROKER_)/i,
  /^(EDITOR|VISUAL|PAGER|MANPAGER|BROWSER|LESSOPEN|LESSCLOSE)$/,
  /^(SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|OPENSSL_(CONF|MODULES|ENGINES))$/,
  /^(NO|ALL|HTTPS?|FTP)_PROXY$/i,
];

/**
 * Whether a variable would change which programs run, what they load or which broker they trust, instead of telling
 * them something. No credential may bring one: whoever shares a credential would steer the programs of those who read it.
 */
export function steersPrograms(variable: string): boolean {
  return STEERING.some((pattern) => pattern.test(variable));
}
