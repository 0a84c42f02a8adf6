/** The folders of this machine that the API can access. */
import { readdir, readlink, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { FolderListing } from '@shoal/api'
import { Failure, fileFailure } from '@shoal/daemon/failure'
import { diskSpace } from '@shoal/daemon/files'
import { Slot } from './slot.ts'

/** Maximum number of listed entries. */
const MOST_ENTRIES = 5000

export class Folders {
  readonly #roots: (() => readonly (string | null)[])[] = []
  readonly #secret: readonly string[]
  readonly #allowed: readonly string[]
  readonly #home: string
  /** Whether others can reach the node: the complete home folder is then reserved for the owner. */
  readonly isOpen = new Slot(false)

  /** The `secret` folders are never allowed. `allowed` folders come after those of `addRoots`. */
  constructor(secret: readonly string[] = [], allowed: readonly string[] = [], home = homedir()) {
    this.#secret = secret
    this.#allowed = allowed
    this.#home = home
  }

  /** Allows these absolute folders and everything below them. Null: none. */
  addRoots(roots: () => readonly (string | null)[]): void {
    this.#roots.push(roots)
  }

  get roots(): readonly string[] {
    return [...new Set([...this.ownRoots, ...this.#allowed.map(root => resolve(root))])]
  }

  /** The folders that the node itself uses, without the `allowed` ones. */
  get ownRoots(): readonly string[] {
    const added = this.#roots.flatMap(roots => roots()).filter(root => root !== null)
    return [...new Set(added.map(root => resolve(root)))]
  }

  /**
   * Returns the path with links resolved as far as it exists. Rejects with `forbidden-path` if the
   * result is not below an allowed folder, so that no link leads outside.
   */
  async allow(path: string, field = 'directory'): Promise<string> {
    if (!isAbsolute(path) || path.includes('\0'))
      throw new Failure(
        'bad-request',
        `${JSON.stringify(path)} is not an absolute path: start it with ${sep}`,
        {
          field,
        },
      )
    const full = resolve(path)
    const real = await resolveLinks(full)
    // An unreadable folder allows nothing, and does not affect the others.
    const roots = await Promise.all(this.roots.map(root => resolveLinks(root).catch(() => null)))
    const secret = await Promise.all(this.#secret.map(folder => resolveLinks(folder)))
    const isSecret = secret.some(folder => isWithin(real, folder))
    if (!isSecret && roots.some(root => root !== null && isWithin(real, root))) return full
    if (isSecret)
      throw new Failure(
        'forbidden-path',
        `${full} is the node's data folder, which contains its token: choose another folder`,
        {
          field,
        },
      )
    throw new Failure(
      'forbidden-path',
      `${full} is outside the folders that this node may use (${this.roots.join(', ')}): to allow another, stop the node and start it again with --allow-dir DIR`,
      { field },
    )
  }

  /** Like `allow`, for content that is shared: it must not contain the node's data folder. */
  async allowContent(path: string, field = 'path'): Promise<string> {
    const full = await this.allow(path, field)
    const real = await resolveLinks(full)
    const secret = await Promise.all(this.#secret.map(folder => resolveLinks(folder)))
    if (!secret.some(folder => isWithin(folder, real))) return full
    throw new Failure(
      'forbidden-path',
      `${full} contains the node's data folder with its token: choose a folder inside it`,
      {
        field,
      },
    )
  }

  /**
   * Rejects with `forbidden-path` if the path leads into a hidden folder of the home folder, unless
   * the owner named a folder below the hidden one that contains it. `isWhole`: the folder's content
   * will be read or written, so it must not be or contain the home folder either. Other paths are
   * left to `allow`.
   */
  async refuseHidden(path: string, field: string, { isWhole = false } = {}): Promise<void> {
    if (!isAbsolute(path) || path.includes('\0')) return
    const full = resolve(path)
    const real = await resolveLinks(full)
    const home = await resolveLinks(this.#home)
    const holdsHome = isWithin(home, real)
    if (!holdsHome && !isWithin(real, home)) return
    const reals = (roots: readonly string[]) =>
      Promise.all(roots.map(root => resolveLinks(root).catch(() => null)))
    if (holdsHome && isWhole && !(await reals(this.ownRoots)).includes(real))
      throw new Failure(
        'forbidden-path',
        `${full} ${real === home ? 'is' : 'contains'} the home folder, whose hidden folders only the node's token opens: choose a folder inside it, or log in with the token`,
        { field },
      )
    if (real !== home && holdsHome) return
    const roots = (await reals(this.roots)).filter(root => root !== null && isWithin(real, root))
    if (
      this.isOpen.value &&
      roots.every(root => root === home) &&
      !(await reals(this.ownRoots)).includes(home)
    )
      throw new Failure(
        'forbidden-path',
        `${full} is in the home folder, which only the node's token opens while others are let in: choose another folder, or log in with the token`,
        { field },
      )
    if (!isHidden(home, real) || roots.some(root => root !== null && !isHidden(root, real))) return
    throw new Failure(
      'forbidden-path',
      `${full} is hidden in the home folder, and only the node's token opens hidden folders: choose another, or log in with the token`,
      { field },
    )
  }

  async list(path: string | undefined): Promise<FolderListing> {
    const [first = sep] = this.roots
    const full = await this.allow(path ?? first, 'path')
    const entries = await readdir(full, { withFileTypes: true }).catch(error => {
      throw fileFailure(error, full)
    })
    const shown = entries.filter(({ name }) => !name.startsWith('.')).slice(0, MOST_ENTRIES)
    const found = await Promise.all(shown.map(({ name }) => readEntry(full, name)))
    const parent = dirname(full)
    const isParentAllowed =
      parent !== full &&
      (await this.allow(parent).then(
        () => true,
        () => false,
      ))
    return {
      path: full,
      parent: isParentAllowed ? parent : null,
      entries: found.filter(entry => entry !== null).sort(byKindAndName),
      ...(await diskSpace(full).catch(() => ({ freeBytes: 0, totalBytes: 0 }))),
    }
  }
}

type Entry = FolderListing['entries'][number]

function byKindAndName(a: Entry, b: Entry): number {
  if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1
  return a.name.localeCompare(b.name, undefined, { numeric: true })
}

async function readEntry(folder: string, name: string): Promise<Entry | null> {
  const path = join(folder, name)
  const stats = await stat(path).catch(() => null)
  if (!stats || !(stats.isDirectory() || stats.isFile())) return null
  return stats.isDirectory()
    ? { name, path, kind: 'folder', lengthBytes: 0 }
    : { name, path, kind: 'file', lengthBytes: stats.size }
}

/** Resolves links in the part that exists. */
async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path)
      throw fileFailure(error, path)
    // A dangling link leads to its target once that is created.
    const target = await readlink(path).catch(() => null)
    if (target !== null) return resolveLinks(resolve(dirname(path), target))
    return join(await resolveLinks(dirname(path)), basename(path))
  }
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)
}

function isHidden(root: string, path: string): boolean {
  return relative(root, path)
    .split(sep)
    .some(name => name.startsWith('.'))
}
