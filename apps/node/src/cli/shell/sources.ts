/**
 * Sources of the shell's completion: commands, the node's torrents and conversations, and the files
 * of this machine.
 */
import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { NodeApi } from '@shoal/api'
import { namedConversations } from '../chat/names.ts'
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
  const kept = new Map<unknown, { readonly names: readonly string[]; readonly readMs: number }>()
  const namesOf = async (list: (api: NodeApi) => Promise<readonly { readonly name: string }[]>) => {
    const known = kept.get(list)
    if (known && performance.now() - known.readMs < FRESH_MS) return known.names
    const { api } = await openNode(node, AbortSignal.timeout(ANSWER_MS))
    const names = (await list(api)).map(({ name }) => name)
    kept.set(list, { names, readMs: performance.now() })
    return names
  }
  return {
    commands: [
      ...shownCommands(entries).flatMap(([name]) => (name === 'shell' ? [] : [name])),
      ...SHELL_WORDS,
    ],
    async command(name) {
      return (await entries[name]?.load()) ?? null
    },
    torrents: () => namesOf(allTorrents),
    conversations: () => namesOf(namedConversations),
    paths: listPaths,
  }
}

/**
 * Lists the paths that start with this. `~/` is the home folder. Hidden paths are only listed after
 * a dot.
 */
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
