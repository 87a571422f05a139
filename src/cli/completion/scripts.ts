export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that asks this very program what could come next; files are offered where it knows nothing. */
export function completionScript(shell: Shell, program: string): string {
  const name = `_${program.replaceAll('-', '_')}_complete`;
  return { bash, zsh, fish }[shell](program, name);
}

/**
 * Without `mapfile`, which the bash of macOS lacks. Names with blanks are escaped as the shell wants them. bash breaks
 * words at colons, so they are put together again, and of an answer only what is behind the last colon is given back.
 */
const bash = (program: string, name: string) => `# ${program}: completion for bash
${name}() {
  local line word words=() n=0 prefix
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [ $n -gt 0 ] && [[ "$word" == : || "\${words[n-1]}" == *: ]]; then
      words[n-1]="\${words[n-1]}$word"
    else
      words[n]="$word"; n=$((n + 1))
    fi
  done
  prefix="\${words[n-1]%"\${words[n-1]##*:}"}"
  [[ "$COMP_WORDBREAKS" == *:* ]] || prefix=
  while IFS= read -r line; do
    [ -n "$line" ] && COMPREPLY+=("$(printf '%q' "\${line#"$prefix"}")")
  done < <(${program} __complete -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F ${name} ${program}`;

const zsh = (program: string, name: string) => `#compdef ${program}
${name}() {
  local -a found
  found=("\${(@f)$(${program} __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  if (( \${#found} )); then compadd -- "\${found[@]}"; else _files; fi
}
if [ "$funcstack[1]" = "_${program}" ]; then ${name} "$@"; else compdef ${name} ${program}; fi`;

const fish = (program: string, name: string) => `# ${program}: completion for fish
function ${name}
    set -l before (commandline -opc)
    ${program} __complete -- $before[2..-1] (commandline -ct) 2>/dev/null
end
complete -c ${program} -a '(${name})'`;
