import { addNumber } from '@shoal/torrent'
import type { DroppedFile } from '../../shared/dropped/dropped.ts'
import type { ChosenFile } from '../../shared/engine/protocol.ts'
import { texts } from '../../shared/messages/share-page.ts'

/** Files that were chosen to be shared, with the name that they have together. */
export interface Chosen {
  readonly name: string
  readonly files: readonly ChosenFile[]
  /** A file alone, rather than a folder. */
  readonly isSingle: boolean
  readonly totalBytes: number
}

/** What systems put beside files: nobody means to share it. */
const CLUTTER = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/

/** Null when there is nothing to share. */
export function chosenOf(dropped: readonly DroppedFile[]): Chosen | null {
  const files = dropped.filter(({ path }) => !CLUTTER.test(path))
  const [first] = files
  if (!first) return null
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0)
  if (files.length === 1 && !first.path.includes('/'))
    return { name: first.path, files: [{ path: [first.path], file: first.file }], isSingle: true, totalBytes }
  const folder = first.path.slice(0, first.path.indexOf('/') + 1)
  const isFolder = folder !== '' && files.every(({ path }) => path.startsWith(folder))
  const rest = isFolder ? folder.length : 0
  return {
    name: isFolder ? folder.slice(0, -1) : texts.facts.files(files.length),
    files: distinct(files).map(({ path, file }) => ({ path: path.slice(rest).split('/'), file })),
    isSingle: false,
    totalBytes,
  }
}

/** Under the name that the user gave it. */
export function named(chosen: Chosen, name: string): Chosen {
  if (!chosen.isSingle) return { ...chosen, name }
  return { ...chosen, name, files: chosen.files.map(({ file }) => ({ path: [name], file })) }
}

/** Things that come from different places may have one name: the later ones are numbered. */
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
