import {
  type CommandShape,
  type OptionShape,
  optionShapes,
  type ProgramShape,
  sourceOf,
  type ValueSource,
} from '../program-shape.ts'
import { quote } from './bash.ts'

/** Returns the completion script of a program for zsh, with descriptions. */
export function zshCompletion({ name, commands }: ProgramShape): string {
  return `#compdef ${name}
_${name}_asked() {
  local -a found
  found=("\${(@f)$(command ${name} complete --kind $1 -- "\${(Q)PREFIX}" 2>/dev/null)}")
  found=(\${found:#})
  compadd -M 'm:{[:lower:][:upper:]}={[:upper:][:lower:]}' -a found
}
_${name}_torrents() { _${name}_asked torrents; }
_${name}_conversations() { _${name}_asked conversations; }

_${name}() {
  local curcontext="$curcontext" state line
  local -a commands
  commands=(
${commands.map(each => `    ${quote(`${escaped(each.name)}:${each.summary}`)}`).join('\n')}
  )
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
        help) _arguments '1:command:->topic' && return; _describe command commands ;;
${commands.map(each => `        ${each.name}) ${argumentsOf(name, each)} ;;`).join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`
}

function argumentsOf(program: string, { options, positionals }: CommandShape): string {
  const specs = [
    ...optionShapes(options).flatMap(each => optionSpecs(program, each)),
    ...positionals.map(({ name, choices, many }, at) =>
      quote(`${many ? '*' : at + 1}:${escaped(name)}:${action(program, sourceOf(name, choices))}`),
    ),
  ]
  return `_arguments -s ${specs.join(' \\\n          ')}`
}

function optionSpecs(program: string, option: OptionShape): string[] {
  const { names, help, isFlag, isList, value, source } = option
  const text = `[${escaped(help)}]${isFlag ? '' : `:${escaped(value)}:${action(program, source)}`}`
  const others = isList ? '*' : names.length > 1 ? `(${names.join(' ')})` : ''
  return names.map(each => quote(`${others}${each}${text}`))
}

function action(program: string, source: ValueSource): string {
  if (source === null) return ' '
  if (source === 'paths') return '_files'
  if (typeof source === 'string') return `_${program}_${source}`
  return `(${source.map(escaped).join(' ')})`
}

function escaped(text: string): string {
  return text.replaceAll(/[\\[\]:]/g, '\\$&')
}
