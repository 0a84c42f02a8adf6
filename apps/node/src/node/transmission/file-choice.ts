/** Wanted files and their priorities: Transmission has five lists for them, Shoal one number per file. */
import type { TorrentFile } from '@shoal/api'
import type { Call } from '../server/compat/call.ts'
import { listAllFiles } from '../server/compat/detail-cache.ts'
import { type Arguments, readIndexes } from './arguments.ts'

const PRIORITIES = { 'priority-low': 1, 'priority-normal': 4, 'priority-high': 7 } as const
const NORMAL = 4
const CHOICES = ['files-wanted', 'files-unwanted', ...Object.keys(PRIORITIES)]

export function choosesFiles(args: Arguments): boolean {
  return CHOICES.some(name => Array.isArray(args[name]))
}

/** For torrent-set: an empty list means all files. A priority of a file that is not wanted does not make it wanted. */
export async function chooseFiles(id: string, args: Arguments, call: Call): Promise<void> {
  const files = await listAllFiles(call, id)
  const groups = new Map<number, number[]>()
  for (const [index, priority] of changedPriorities(files, args))
    groups.set(priority, [...(groups.get(priority) ?? []), index])
  for (const [priority, indexes] of groups) await call('setPriority', { id, indexes, priority })
}

export function changedPriorities(
  files: readonly Pick<TorrentFile, 'index' | 'priority'>[],
  args: Arguments,
): Map<number, number> {
  const before = new Map(files.map(({ index, priority }) => [index, priority]))
  const now = new Map(before)
  const each = (name: string, change: (priority: number) => number) => {
    const given = readIndexes(args, name)
    for (const index of given?.length === 0 ? before.keys() : (given ?? []))
      if (now.has(index)) now.set(index, change(now.get(index)!))
  }
  each('files-unwanted', () => 0)
  each('files-wanted', priority => priority || NORMAL)
  for (const [name, wanted] of Object.entries(PRIORITIES))
    each(name, priority => (priority === 0 ? 0 : wanted))
  return new Map([...now].filter(([index, priority]) => before.get(index) !== priority))
}

/** For torrent-add, where the files are not known yet: files that are not named are wanted. */
export function firstPriorities(args: Arguments): { index: number; priority: number }[] {
  const priorities = new Map<number, number>()
  for (const [name, priority] of Object.entries(PRIORITIES))
    for (const index of readIndexes(args, name) ?? []) priorities.set(index, priority)
  for (const index of readIndexes(args, 'files-unwanted') ?? []) priorities.set(index, 0)
  return [...priorities].map(([index, priority]) => ({ index, priority }))
}
