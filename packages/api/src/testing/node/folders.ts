import type { FolderListing } from '../../schemas/node.ts'
import { refusal } from './refusals.ts'

interface Node {
  readonly [name: string]: Node | number
}

const ROOT = '/home/ana'
const TREE: Node = {
  Downloads: { 'sorted later': { 'notes.txt': 1_204 }, incoming: {} },
  Documents: { 'thesis.pdf': 4_812_000, 'garden plan.odt': 91_000, letters: { '2025.md': 12_000 } },
  Music: { 'band rehearsal': { 'take 1.flac': 61_000_000, 'take 2.flac': 58_400_000 } },
  Pictures: {
    Lisbon: { 'IMG_0041.jpg': 4_100_000, 'IMG_0042.jpg': 3_900_000, 'IMG_0043.jpg': 4_400_000 },
    'cat.jpg': 2_100_000,
  },
  Videos: { 'school play.mp4': 1_240_000_000 },
}

export function listFolder(path: string = ROOT): FolderListing {
  const node = find(path)
  if (!path.startsWith(ROOT) || node === null || typeof node === 'number')
    throw refusal('forbidden-path', `${path} is not among the folders that this node may use`, 'path')
  const entries = Object.entries(node).map(([name, child]) => ({
    name,
    path: `${path}/${name}`,
    kind: typeof child === 'number' ? ('file' as const) : ('folder' as const),
    lengthBytes: typeof child === 'number' ? child : 0,
  }))
  entries.sort((a, b) => (a.kind === b.kind ? a.name.localeCompare(b.name) : a.kind === 'folder' ? -1 : 1))
  return {
    path,
    parent: path === ROOT ? null : path.slice(0, path.lastIndexOf('/')),
    entries,
    freeBytes: 412e9,
    totalBytes: 1_000e9,
  }
}

function find(path: string): Node | number | null {
  let at: Node | number = TREE
  for (const name of path.slice(ROOT.length).split('/').filter(Boolean)) {
    const next: Node | number | undefined = typeof at === 'number' ? undefined : at[name]
    if (next === undefined) return null
    at = next
  }
  return at
}

/** Lists the files at and below a path, relative to its parent folder. */
export function filesAt(path: string): { path: string; lengthBytes: number }[] {
  const node = find(path)
  if (node === null) throw refusal('forbidden-path', `There is no ${path}`, 'path')
  const name = path.slice(path.lastIndexOf('/') + 1)
  const walk = (at: Node | number, below: string): { path: string; lengthBytes: number }[] =>
    typeof at === 'number'
      ? [{ path: below, lengthBytes: at }]
      : Object.entries(at).flatMap(([child, it]) => walk(it, `${below}/${child}`))
  return walk(node, name)
}
