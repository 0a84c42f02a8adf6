/** The interactive shell: `shoal` alone on a terminal. */
import { createInterface } from 'node:readline'
import { flagName, UsageError } from '@shoal/options'
import { stateRoot } from '../../base/files/places.ts'
import { SHOAL } from '../../base/program.ts'
import { NODE_OPTIONS, type NodeOptions } from '../client/node-options.ts'
import type { CommandLine } from '../command.ts'
import { EXIT } from '../exit.ts'
import { explainFailure } from '../failure.ts'
import type { Output } from '../output.ts'
import { texts } from '../texts.ts'
import { complete } from './complete.ts'
import { historyFile, readHistory, withLine, writeHistory } from './history.ts'
import { prompt } from './prompt.ts'
import { expandHome, shellSources } from './sources.ts'
import { splitWords } from './split.ts'

const CALLS = [['shoal'], ['npx', 'shoal']]
const EXITS = new Set(['exit', 'quit'])

/** Runs until `exit` or Ctrl-D. Returns the exit code. */
export async function runShell(node: NodeOptions, output: Output, commandLine: CommandLine): Promise<number> {
  const file = historyFile(stateRoot())
  const sources = shellSources(commandLine.commands, node)
  let history = await readHistory(file)
  output.line(texts.shell.welcome)
  for (;;) {
    const answer = await prompt({ text: 'shoal> ', history, complete: line => complete(line, sources) })
    if (answer.kind === 'cancelled') continue
    if (answer.kind === 'end') {
      output.line('')
      return 0
    }
    history = withLine(history, answer.line)
    // Failing to save the history must not stop the shell.
    await writeHistory(file, history).catch(() => {})
    if ((await runLine(answer.line, node, output, commandLine)) === 'exit') return 0
  }
}

/** Runs commands from a pipe or file until one fails. Returns the exit code. */
export async function runScript(
  lines: AsyncIterable<string>,
  node: NodeOptions,
  output: Output,
  commandLine: CommandLine,
): Promise<number> {
  for await (const line of lines) {
    const code = await runLine(line, node, output, commandLine)
    if (code === 'exit') break
    if (code !== 0) return code
  }
  return 0
}

export function stdinLines(): AsyncIterable<string> {
  return createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
}

/** Runs one line. Returns the exit code, or `exit` to leave the shell. */
async function runLine(
  line: string,
  node: NodeOptions,
  output: Output,
  { commands, run }: CommandLine,
): Promise<number | 'exit'> {
  let words: readonly string[]
  try {
    words = splitWords(line).map(expandHome)
    words = withoutProgram(words)
    if (words[0] === 'shell' || words[0] === '--') throw new UsageError(texts.shell.alreadyShell)
    const language = words.findIndex(word => /^--lang(=|$)/.test(word))
    if (language >= 0)
      throw new UsageError(
        texts.run.languageOfShell({
          shoal: SHOAL,
          language: words[language]!.slice('--lang='.length) || (words[language + 1] ?? 'en'),
        }),
      )
    if (words[0]?.startsWith('-')) throw new UsageError(texts.shell.optionFirst({ word: words[0] }))
  } catch (error) {
    output.error(`shoal: ${explainFailure(error).message}`)
    return EXIT.usage
  }
  if (words.length === 0) return 0
  return EXITS.has(words[0]!) ? 'exit' : run(await withNode(words, node, commands))
}

/** Removes the program's name, which is part of lines pasted from a hint. */
function withoutProgram(words: readonly string[]): readonly string[] {
  const call = [...CALLS, splitWords(SHOAL)].find(call => call.every((word, at) => words[at] === word))
  return call ? words.slice(call.length) : words
}

/** Adds the shell's node to the words, if the command uses a node and the line names none. */
export async function withNode(
  [name = '', ...words]: readonly string[],
  node: NodeOptions,
  commands: CommandLine['commands'],
): Promise<readonly string[]> {
  const command = await commands[name]?.load()
  const keys = Object.keys(NODE_OPTIONS) as (keyof NodeOptions)[]
  const isNamed = (key: string) =>
    words.some(word => word === flagName(key) || word.startsWith(`${flagName(key)}=`))
  if (!command || !('node' in command.options) || keys.some(isNamed)) return [name, ...words]
  const given = keys.flatMap(key => (node[key] === undefined ? [] : [flagName(key), node[key]]))
  return [name, ...given, ...words]
}
