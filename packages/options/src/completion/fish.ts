import {
  type CommandShape,
  optionShapes,
  type ProgramShape,
  sourceOf,
  type ValueSource,
} from '../program-shape.ts'

/** Returns the completion script of a program for fish, with descriptions. */
export function fishCompletion({ name, commands }: ProgramShape): string {
  const base = `complete -c ${name}`
  const valued = commands.flatMap(command =>
    optionShapes(command.options)
      .filter(({ isFlag }) => !isFlag)
      .flatMap(({ names }) => names.map(each => quote(`${command.name} ${each}`))),
  )
  return `# fish completion of ${name}
function __${name}_command
    set -l words (commandline -opc)
    test "$words[2]" = "$argv[1]"
end
function __${name}_at
    set -l words (commandline -opc)
    test "$words[2]" = "$argv[1]"; or return 1
    set -l count 0
    set -l skip 0
    for word in $words[3..-1]
        if test $skip = 1
            set skip 0
        else if contains -- "$argv[1] $word" ${valued.join(' ')}
            set skip 1
        else if not string match -q -- '-*' "$word"
            set count (math $count + 1)
        end
    end
    test $count -ge $argv[2] -a $count -le $argv[3]
end
function __${name}_asked
    command ${name} complete --kind $argv[1] -- (commandline -ct) 2>/dev/null
end
${base} -f
${commands.map(each => `${base} -n __fish_use_subcommand -a ${each.name} -d ${quote(each.summary)}`).join('\n')}
${base} -n __fish_use_subcommand -a help
${base} -n '__${name}_at help 0 0' -a ${quote(commands.map(each => each.name).join(' '))}
${commands
  .flatMap(command => [
    ...optionLines(name, command.options, ` -n '__${name}_command ${command.name}'`),
    ...positionLines(name, command),
  ])
  .join('\n')}
`
}

function optionLines(program: string, options: ProgramShape['options'], condition: string): string[] {
  return optionShapes(options).map(({ names: [long, short], help, isFlag, source }) => {
    const flags = `-l ${long!.slice(2)}${short ? ` -s ${short.slice(1)}` : ''}`
    return `complete -c ${program}${condition} ${flags}${isFlag ? '' : ` -r${values(program, source)}`} -d ${quote(help)}`
  })
}

const MOST_WORDS = 9999

function positionLines(program: string, { name, positionals }: CommandShape): string[] {
  return positionals.flatMap(({ name: value, choices, many }, at) => {
    const source = sourceOf(value, choices)
    if (source === null) return []
    const condition = `'__${program}_at ${name} ${at} ${many ? MOST_WORDS : at}'`
    return [`complete -c ${program} -n ${condition}${values(program, source)}`]
  })
}

function values(program: string, source: ValueSource): string {
  if (source === null) return ' -f'
  if (source === 'paths') return ' -F'
  return ` -f -a ${typeof source === 'string' ? `'(__${program}_asked ${source})'` : quote(source.join(' '))}`
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
