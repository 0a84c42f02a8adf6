/** Sources of the shell's completion: commands, the node's torrents and the files of this machine. */
import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { openNode } from '../client/node-client.ts'
import type { NodeOptions } from '../client/node-options.ts'
import { allTorrents } from '../client/pages.ts'
import { type CommandLine, shownCommands } from '../command.ts'
import type { CompletionSources } from './complete.ts'

/** Time limit, because the user is typing. */
const ANSWER_MS = 2000
const FRESH_MS = 5000
const MOST_PATHS = 2000

/** Commands of the shell itself. */
const SHELL_WORDS = ['help', 'exit'] as const

export function shellSources(entries: CommandLine['commands'], node: NodeOptions): CompletionSources {
  let names: readonly string[] = []
  let readMs = Number.NEGATIVE_INFINITY
  return {
    commands: [
      ...shownCommands(entries).flatMap(([name]) => (name === 'shell' ? [] : [name])),
      ...SHELL_WORDS,
    ],
    async command(name) {
      return (await entries[name]?.load()) ?? null
    },
    async torrents() {
      if (performance.now() - readMs < FRESH_MS) return names
      const { api } = await openNode(node, AbortSignal.timeout(ANSWER_MS))
      names = (await allTorrents(api)).map(({ name }) => name)
      readMs = performance.now()
      return names
    },
    paths: listPaths,
  }
}

/** Lists the paths with this beginning. `~/` is the home folder. Hidden paths are listed only after a dot. */
async function listPaths(beginning: string): Promise<string[]> {
  const slash = beginning.lastIndexOf('/')
  const [folder, start] = [beginning.slice(0, slash + 1), beginning.slice(slash + 1)]
  const place = folder.startsWith('~/') ? join(homedir(), folder.slice(2)) : resolve(folder || '.')
  const entries = await readdir(place, { withFileTypes: true }).catch(() => [])
  return entries
    .filter(({ name }) => name.startsWith(start) && (start.startsWith('.') || !name.startsWith('.')))
    .slice(0, MOST_PATHS)
    .map(entry => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort()
}

/** Expands `~/x`, as sh does. */
export function expandHome(word: string): string {
  if (word === '~') return homedir()
  return word.startsWith('~/') ? join(homedir(), word.slice(2)) : word
}
