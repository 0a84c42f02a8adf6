import { locale } from '../../shared/messages/language.ts'

/** A file or folder of a preview. */
export interface PlanNode {
  readonly path: string
  readonly name: string
  readonly depth: number
  readonly children: PlanNode[] | null
  /** Index of the file; -1 for a folder. */
  readonly index: number
  lengthBytes: number
  /** Indexes of all files at and below it. */
  readonly files: number[]
}

export interface PlanFile {
  readonly index: number
  readonly path: string
  readonly lengthBytes: number
}

const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })

/** Builds the tree of the files of a preview, folders first. */
export function planTree(files: readonly PlanFile[]): PlanNode {
  const root = folder('', '', -1)
  const folders = new Map([['', root]])
  for (const file of files) {
    const parts = file.path.split('/')
    const above = [root]
    for (let depth = 0; depth < parts.length - 1; depth++)
      above.push(folderAt(folders, parts.slice(0, depth + 1), above[depth]!))
    const name = parts.at(-1)!
    above
      .at(-1)!
      .children!.push({ ...file, name, depth: parts.length - 1, children: null, files: [file.index] })
    for (const each of above) {
      each.lengthBytes += file.lengthBytes
      each.files.push(file.index)
    }
  }
  for (const each of folders.values())
    each.children!.sort(
      (a, b) => Number(a.children === null) - Number(b.children === null) || collator.compare(a.name, b.name),
    )
  return root
}

const folder = (path: string, name: string, depth: number): PlanNode => ({
  path,
  name,
  depth,
  children: [],
  index: -1,
  lengthBytes: 0,
  files: [],
})

function folderAt(folders: Map<string, PlanNode>, parts: readonly string[], parent: PlanNode): PlanNode {
  const path = parts.join('/')
  const known = folders.get(path)
  if (known) return known
  const made = folder(path, parts.at(-1)!, parts.length - 1)
  folders.set(path, made)
  parent.children!.push(made)
  return made
}

/**
 * Returns the visible rows of the tree: the contents of open folders or, given a text, all files
 * whose path contains its words.
 */
export function planRows(root: PlanNode, open: ReadonlySet<string>, text: string): PlanNode[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const rows: PlanNode[] = []
  const walk = (node: PlanNode): boolean => {
    const at = rows.length
    if (node !== root) rows.push(node)
    const matches = node.children === null && words.every(word => node.path.toLowerCase().includes(word))
    let shown = matches
    if (node === root || words.length > 0 || open.has(node.path))
      for (const child of node.children ?? []) shown = walk(child) || shown
    if (words.length > 0 && !shown) rows.length = at
    return shown
  }
  walk(root)
  return rows
}

export function wantedState(node: PlanNode, wanted: ReadonlySet<number>): 'all' | 'some' | 'none' {
  let count = 0
  for (const index of node.files) if (wanted.has(index)) count++
  return count === 0 ? 'none' : count === node.files.length ? 'all' : 'some'
}

/** Returns `wanted` with all files of a node, or without them if all were included. */
export function toggleWanted(wanted: ReadonlySet<number>, node: PlanNode): Set<number> {
  const next = new Set(wanted)
  const add = wantedState(node, wanted) !== 'all'
  for (const index of node.files) add ? next.add(index) : next.delete(index)
  return next
}
