/**
 * Wanted files and their priorities: Transmission has five lists for them, Shoal one number per
 * file.
 */
import type { TorrentFile } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { listAllFiles } from '@shoal/node/node/server/compat/detail-cache.ts'
import { type Arguments, readIndexes } from './arguments.ts'
import type { RpcContext } from './context.ts'

const PRIORITIES = { 'priority-low': 1, 'priority-normal': 4, 'priority-high': 7 } as const
const NORMAL = 4
const CHOICES = ['files-wanted', 'files-unwanted', ...Object.keys(PRIORITIES)]

export function choosesFiles(args: Arguments): boolean {
  return CHOICES.some(name => Array.isArray(args[name]))
}

/** Maximum number of stored priorities of unwanted files. */
const MOST_REMEMBERED = 10_000

/** Returns the name under which the priority of an unwanted file is stored. */
export function rememberedPriority(id: string, index: number): string {
  return `${id} priority ${index}`
}

/**
 * For torrent-set: an empty list means all files. A priority does not make a file wanted: it is
 * stored until the file is.
 */
export async function chooseFiles(
  id: string,
  args: Arguments,
  { call, remembered }: Pick<RpcContext, 'call' | 'remembered'>,
): Promise<void> {
  const files = await listAllFiles(call, id)
  const waiting = new Map(
    files.flatMap(({ index }) => {
      const priority = remembered.get(rememberedPriority(id, index))
      return priority === undefined ? [] : [[index, priority] as const]
    }),
  )
  const groups = new Map<number, number[]>()
  for (const [index, priority] of changedPriorities(files, args, waiting))
    groups.set(priority, [...(groups.get(priority) ?? []), index])
  for (const [priority, indexes] of groups) await call('setPriority', { id, indexes, priority })
  for (const { index } of files) {
    const priority = waiting.get(index)
    if (priority === undefined) remembered.delete(rememberedPriority(id, index))
    else if (remembered.size < MOST_REMEMBERED) remembered.set(rememberedPriority(id, index), priority)
  }
  if (hasUnknown(files, args)) throw new Failure('bad-request', 'file index out of range')
}

function hasUnknown(files: readonly TorrentFile[], args: Arguments): boolean {
  return CHOICES.some(name => readIndexes(args, name)?.some(index => index >= files.length))
}

/** Also changes `waiting`: the priorities of unwanted files. */
export function changedPriorities(
  files: readonly Pick<TorrentFile, 'index' | 'priority'>[],
  args: Arguments,
  waiting = new Map<number, number>(),
): Map<number, number> {
  const before = new Map(files.map(({ index, priority }) => [index, priority]))
  const now = new Map(before)
  const each = (name: string, change: (priority: number, index: number) => number) => {
    const given = readIndexes(args, name)
    for (const index of given?.length === 0 ? before.keys() : (given ?? []))
      if (now.has(index)) now.set(index, change(now.get(index)!, index))
  }
  each('files-unwanted', (priority, index) => {
    if (priority > 0 && priority !== NORMAL) waiting.set(index, priority)
    return 0
  })
  each('files-wanted', (priority, index) => {
    const wanted = priority || waiting.get(index) || NORMAL
    waiting.delete(index)
    return wanted
  })
  for (const [name, wanted] of Object.entries(PRIORITIES))
    each(name, (priority, index) => {
      if (priority > 0) return wanted
      waiting.set(index, wanted)
      return 0
    })
  return new Map([...now].filter(([index, priority]) => before.get(index) !== priority))
}

/** For torrent-add, where the files are not known yet: files that are not mentioned are wanted. */
export function firstPriorities(args: Arguments): { index: number; priority: number }[] {
  const priorities = new Map<number, number>()
  for (const [name, priority] of Object.entries(PRIORITIES))
    for (const index of readIndexes(args, name) ?? []) priorities.set(index, priority)
  for (const index of readIndexes(args, 'files-unwanted') ?? []) priorities.set(index, 0)
  return [...priorities].map(([index, priority]) => ({ index, priority }))
}
