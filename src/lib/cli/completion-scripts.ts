/** Shells whose completion there is a script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that makes a shell ask `longshore __complete` at Tab; its first lines say where it goes. */
export const completionScript = (shell: Shell): string => scripts[shell];

/** How to have it in every shell from now on, for people. */
export const installHint = (shell: Shell): string => hints[shell];

const hints: Readonly<Record<Shell, string>> = {
  bash: 'add to ~/.bashrc: eval "$(longshore completion bash)"',
  zsh: 'add to ~/.zshrc, after compinit: eval "$(longshore completion zsh)"',
  fish: 'run once: longshore completion fish > ~/.config/fish/completions/longshore.fish',
};

// Bash breaks words at : and =, which names have; so the whole line goes over, and what comes back fits the last part.
const bash = `# Completion of longshore for bash. To have it in every shell,
#   ${hints.bash}
_longshore() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("$candidate")
  done < <(command longshore __complete bash "$COMP_LINE" "$COMP_POINT" "$COMP_WORDBREAKS" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[/=] ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -o nosort -F _longshore longshore 2>/dev/null || complete -F _longshore longshore
`;

const zsh = `#compdef longshore
# Completion of longshore for zsh. To have it in every shell,
#   ${hints.zsh}
_longshore() {
  local line
  local -a values shown open open_shown
  while IFS= read -r line; do
    if [[ \${line%%$'\\t'*} == *[/=] ]]; then
      open+=("\${line%%$'\\t'*}")
      open_shown+=("\${line#*$'\\t'}")
    else
      values+=("\${line%%$'\\t'*}")
      shown+=("\${line#*$'\\t'}")
    fi
  done < <(command longshore __complete zsh "$COLUMNS" "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  # In the order in which they come.
  local -a how=(-V longshore)
  # What is told of a value needs a line for each.
  [[ "\${shown[*]}\${open_shown[*]}" == *'  '* ]] && how+=(-l)
  (( \${#open} )) && compadd $how -S '' -d open_shown -a open
  (( \${#values} )) && compadd $how -d shown -a values
}
if [[ "\${funcstack[1]}" == _longshore ]]; then
  _longshore "$@"
else
  (( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit }
  compdef _longshore longshore
fi
`;

const fish = `# Completion of longshore for fish. To have it in every shell,
#   ${hints.fish}
function __longshore_complete
    set -l words (commandline -opc) (commandline -ct)
    command longshore __complete fish $words[2..-1] 2>/dev/null
end
complete -c longshore -e
complete -c longshore -k -f -a '(__longshore_complete)'
`;

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
