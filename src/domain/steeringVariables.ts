const STEERING =
  /^(LD_.*|DYLD_.*|GCONV_PATH|PATH|IFS|ENV|BASH_ENV|BASH_FUNC_.*|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND|NODE_OPTIONS|NODE_PATH|PYTHON(PATH|HOME|STARTUP|EXECUTABLE|BREAKPOINT|INSPECT|PLATLIBDIR)|PERL5(LIB|OPT|DB)|PERLLIB|RUBY(LIB|OPT)|(JAVA_TOOL|JDK_JAVA|_JAVA)_OPTIONS|GIT_(SSH|SSH_COMMAND|EXEC_PATH|CONFIG.*|ASKPASS|EDITOR|PAGER)|SSH_ASKPASS|GLASSDOME_BROKER_.*|EDITOR|VISUAL|PAGER|BROWSER)$/;

/**
 * Whether a variable would change which programs run, what they load or which broker they trust, instead of telling
 * them something. No credential may bring one: whoever shares a credential would steer the programs of those who read it.
 */
export function steersPrograms(variable: string): boolean {
  return STEERING.test(variable);
}
