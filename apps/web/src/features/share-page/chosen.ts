import { addNumber } from '@shoal/torrent'
import { type DroppedFile, withoutHidden } from '../../shared/dropped/dropped.ts'
import type { ChosenFile } from '../../shared/engine/protocol.ts'
import { texts } from '../../shared/messages/share-page.ts'

/** Files to share, and the name of the share. */
export interface Chosen {
  readonly name: string
  readonly files: readonly ChosenFile[]
  /** Whether it is one file, not a folder. */
  readonly isSingle: boolean
  readonly totalBytes: number
  /** The number of hidden files that are left out. */
  readonly hiddenCount: number
}

/** Files that systems create next to the user's own; they are never shared. */
const CLUTTER = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/

/** Returns null if there is nothing to share. */
export function toChosen(dropped: readonly DroppedFile[]): Chosen | null {
  const own = dropped.filter(({ path }) => !CLUTTER.test(path))
  const files = withoutHidden(own)
  const hiddenCount = own.length - files.length
  const [first] = files
  if (!first) return null
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0)
  if (files.length === 1 && !first.path.includes('/'))
    return {
      name: first.path,
      files: [{ path: [first.path], file: first.file }],
      isSingle: true,
      totalBytes,
      hiddenCount,
    }
  const folder = first.path.slice(0, first.path.indexOf('/') + 1)
  const isFolder = folder !== '' && files.every(({ path }) => path.startsWith(folder))
  const rest = isFolder ? folder.length : 0
  return {
    name: isFolder ? folder.slice(0, -1) : texts.facts.files({ count: files.length }),
    files: distinct(files).map(({ path, file }) => ({ path: path.slice(rest).split('/'), file })),
    isSingle: false,
    totalBytes,
    hiddenCount,
  }
}

/** Returns the share with another name. */
export function named(chosen: Chosen, name: string): Chosen {
  if (!chosen.isSingle) return { ...chosen, name }
  return { ...chosen, name, files: chosen.files.map(({ file }) => ({ path: [name], file })) }
}

/**
 * Makes paths unique: if files from different folders have the same path, later ones get a number.
 */
function distinct(files: readonly DroppedFile[]): DroppedFile[] {
  const taken = new Set<string>()
  return files.map(({ path, file }) => {
    const below = path.slice(0, path.lastIndexOf('/') + 1)
    const name = path.slice(below.length)
    let free = path
    for (let count = 2; taken.has(free); count++) free = below + addNumber(name, count)
    taken.add(free)
    return { path: free, file }
  })
}
