import type { TorrentFile } from '@shoal/api'
import { shownName } from '../../../shared/format/shown-name.ts'
import { locale } from '../../../shared/messages/language.ts'

/** A file or folder of a torrent. Folders contain the totals of their files. */
export interface TreeNode {
  /** With `/` between folders; unique. */
  readonly path: string
  readonly name: string
  readonly depth: number
  readonly parent: TreeNode | null
  /** Null for a file. */
  readonly children: TreeNode[] | null
  readonly file: TorrentFile | null
  lengthBytes: number
  haveBytes: number
  /** The number of files with each priority from 0 to 7: for a file, a single 1. */
  readonly priorities: Uint32Array
}

const MAX_PRIORITY = 7
const byName = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })

/** The tree of the files of a torrent. Updates take time proportional to the changes. */
export class FileTree {
  readonly root: TreeNode
  readonly fileCount: number
  readonly #files = new Map<number, TreeNode>()
  readonly #folders = new Map<string, TreeNode>()

  constructor(files: readonly TorrentFile[]) {
    this.root = newNode('', '', -1, null, null)
    this.fileCount = files.length
    for (const file of files) this.#add(file)
    for (const folder of [this.root, ...this.#folders.values()]) folder.children!.sort(foldersFirst)
  }

  #add(file: TorrentFile): void {
    const cut = file.path.lastIndexOf('/')
    const parent = cut < 0 ? this.root : this.#folder(file.path.slice(0, cut))
    const node = newNode(file.path, file.path.slice(cut + 1), parent.depth + 1, parent, file)
    parent.children!.push(node)
    this.#files.set(file.index, node)
    for (let each: TreeNode | null = node; each; each = each.parent) {
      each.lengthBytes += file.lengthBytes
      each.haveBytes += file.haveBytes
      each.priorities[inRange(file.priority)]!++
    }
  }

  #folder(path: string): TreeNode {
    const known = this.#folders.get(path)
    if (known) return known
    const cut = path.lastIndexOf('/')
    const parent = cut < 0 ? this.root : this.#folder(path.slice(0, cut))
    const node = newNode(path, path.slice(cut + 1), parent.depth + 1, parent, null)
    parent.children!.push(node)
    this.#folders.set(path, node)
    return node
  }

  fileAt(index: number): TreeNode | undefined {
    return this.#files.get(index)
  }

  folderAt(path: string): TreeNode | undefined {
    return this.#folders.get(path)
  }

  files(): IterableIterator<TreeNode> {
    return this.#files.values()
  }

  folders(): IterableIterator<TreeNode> {
    return this.#folders.values()
  }

  /**
   * Applies an event about a file. Unknown indexes are ignored: the list may be older than the
   * event.
   */
  change(index: number, { haveBytes, priority }: { haveBytes?: number; priority?: number }): void {
    const node = this.#files.get(index)
    if (!node) return
    const moreBytes = (haveBytes ?? node.haveBytes) - node.haveBytes
    const before = priorityOf(node) as number
    const after = priority === undefined ? before : inRange(priority)
    for (let each: TreeNode | null = node; each; each = each.parent) {
      each.haveBytes += moreBytes
      each.priorities[before]!--
      each.priorities[after]!++
    }
  }
}

function newNode(
  path: string,
  name: string,
  depth: number,
  parent: TreeNode | null,
  file: TorrentFile | null,
): TreeNode {
  const children = file ? null : []
  const priorities = new Uint32Array(MAX_PRIORITY + 1)
  return {
    path,
    name: shownName(name),
    depth,
    parent,
    children,
    file,
    lengthBytes: 0,
    haveBytes: 0,
    priorities,
  }
}

const inRange = (priority: number) => Math.max(0, Math.min(MAX_PRIORITY, Math.round(priority)))

function foldersFirst(a: TreeNode, b: TreeNode): number {
  if ((a.children === null) !== (b.children === null)) return a.children ? -1 : 1
  return byName.compare(a.name, b.name)
}

/** Returns whether all, some or none of the files of a node are wanted. */
export function wantedOf(node: TreeNode): 'all' | 'some' | 'none' {
  const unwanted = node.priorities[0]!
  if (unwanted === 0) return 'all'
  return node.priorities.some((count, priority) => priority > 0 && count > 0) ? 'some' : 'none'
}

/**
 * Returns the common priority of all wanted files of a node: `mixed` if they differ, 0 if none is
 * wanted.
 */
export function priorityOf(node: TreeNode): number | 'mixed' {
  const present = [...node.priorities.keys()].filter(priority => priority > 0 && node.priorities[priority]!)
  if (present.length > 1) return 'mixed'
  return present[0] ?? 0
}

/** 0 to 1. An empty file is complete. */
export function progressOf({ haveBytes, lengthBytes }: TreeNode): number {
  return lengthBytes === 0 ? 1 : Math.min(1, haveBytes / lengthBytes)
}

/** Returns the files at and below a node. */
export function filesBelow(node: TreeNode): TreeNode[] {
  const found: TreeNode[] = []
  const waiting = [node]
  for (let each = waiting.pop(); each; each = waiting.pop()) {
    if (each.file) found.push(each)
    else for (const child of each.children!.toReversed()) waiting.push(child)
  }
  return found
}

/**
 * Returns the visible rows of a tree, from top to bottom: folders in `open` show their contents.
 */
export function listRows(tree: FileTree, open: ReadonlySet<string>): TreeNode[] {
  return walk(tree.root, node => open.has(node.path))
}

/** Returns the files whose path contains all the words, below their folders, open or not. */
export function rowsMatching(tree: FileTree, text: string): TreeNode[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = new Set<TreeNode>()
  for (const node of tree.files()) {
    const path = node.path.toLowerCase()
    if (!words.every(word => path.includes(word))) continue
    for (let each: TreeNode | null = node; each && !shown.has(each); each = each.parent) shown.add(each)
  }
  return walk(tree.root, () => true).filter(node => shown.has(node))
}

function walk(root: TreeNode, isOpen: (node: TreeNode) => boolean): TreeNode[] {
  const rows: TreeNode[] = []
  const waiting = root.children!.toReversed()
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    rows.push(node)
    if (node.children && isOpen(node)) {
      for (let index = node.children.length - 1; index >= 0; index--) waiting.push(node.children[index]!)
    }
  }
  return rows
}

/** Returns the paths of the folders that contain a file. */
export function foldersAbove(tree: FileTree, index: number | null): string[] {
  const folders: string[] = []
  const file = index === null ? undefined : tree.fileAt(index)
  for (let each = file?.parent; each && each !== tree.root; each = each.parent) folders.push(each.path)
  return folders
}

/**
 * Returns the folders that are open initially: all of a small torrent; of a large one, only folders
 * on the path to the first branching.
 */
export function openAtFirst(tree: FileTree, most = 200): Set<string> {
  if (tree.fileCount <= most) return new Set([...tree.folders()].map(({ path }) => path))
  const open = new Set<string>()
  let only = tree.root.children!
  while (only.length === 1 && only[0]!.children) {
    open.add(only[0]!.path)
    only = only[0]!.children
  }
  return open
}

/** Actions of the rows of the tree. */
export interface TreeActions {
  isOpen(node: TreeNode): boolean
  onToggle(node: TreeNode): void
  onOpen(node: TreeNode): void
  onRename(node: TreeNode): void
  setPriority(node: TreeNode, priority: number): Promise<void>
}
