import {
  type CommandShape,
  optionShapes,
  type ProgramShape,
  sourceOf,
  type ValueSource,
} from '../program-shape.ts'

/**
 * Returns the completion script of a program for bash 4 and later. Only torrents and conversations
 * are queried at run time; everything else is in the script.
 */
export function bashCompletion({ name, commands }: ProgramShape): string {
  return `# bash completion of ${name}
_${name}_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_${name}_paths() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}
_${name}_asked() {
  local word typed=$cur
  typed=\${typed#[\\"\\']}
  while IFS= read -r word; do
    [[ $word ]] && COMPREPLY+=("$(printf %q "$word")")
  done < <(command ${name} complete --kind "$1" -- "\${typed//\\\\/}" 2>/dev/null)
}
_${name}_torrents() { _${name}_asked torrents; }
_${name}_conversations() { _${name}_asked conversations; }
_${name}_takes_value() {
  case "$1 $2" in
${lines(commands.flatMap(valuePattern).map(pattern => `    ${pattern}) return 0 ;;`))}
  esac
  return 1
}
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command='' option='' at=0 word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = ]]; then continue; fi
    if [[ $option ]]; then option=''; continue; fi
    if [[ ! $command ]]; then command=$word; continue; fi
    if _${name}_takes_value "$command" "$word"; then option=$word
    elif [[ $word != -* ]]; then ((at++)); fi
  done
  if [[ $cur == = ]]; then cur=''; fi
  if [[ $option ]]; then
    case "$command $option" in
${lines(commands.flatMap(command => optionLines(name, command)))}
    esac
    return
  fi
  if [[ ! $command ]]; then
    _${name}_words ${quote([...commands.map(each => each.name), 'help'].join(' '))}
    return
  fi
  if [[ $cur == -* ]]; then
    case $command in
${lines(commands.map(command => `      ${quote(command.name)}) _${name}_words ${quote(flags(command))} ;;`))}
    esac
    return
  fi
  case "$command $at" in
${lines(commands.flatMap(command => positionLines(name, command)))}
    'help 0') _${name}_words ${quote(commands.map(each => each.name).join(' '))} ;;
  esac
}
complete -F _${name} ${name}
`
}

/** The options of a command that take a value. */
function valuePattern({ name, options }: CommandShape): string[] {
  const words = optionShapes(options).flatMap(({ isFlag, names }) => (isFlag ? [] : names))
  return words.length === 0 ? [] : [words.map(each => quote(`${name} ${each}`)).join(' | ')]
}

function optionLines(program: string, { name, options }: CommandShape): string[] {
  return optionShapes(options)
    .filter(({ source }) => source !== null)
    .map(
      ({ names, source }) =>
        `      ${names.map(each => quote(`${name} ${each}`)).join(' | ')}) ${call(program, source)} ;;`,
    )
}

function positionLines(program: string, { name, positionals }: CommandShape): string[] {
  return positionals.flatMap(({ name: value, choices, many }, at) => {
    const source = sourceOf(value, choices)
    const place = many ? `${quote(`${name} `)}*` : quote(`${name} ${at}`)
    return source === null ? [] : [`    ${place}) ${call(program, source)} ;;`]
  })
}

function flags({ options }: CommandShape): string {
  return optionShapes(options)
    .map(({ names }) => names[0])
    .join(' ')
}

function call(program: string, source: ValueSource): string {
  return typeof source === 'string'
    ? `_${program}_${source}`
    : `_${program}_words ${quote(source!.join(' '))}`
}

/** Quotes for bash and zsh. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function lines(all: readonly string[]): string {
  return all.join('\n')
}
