import fs from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { ShoalError } from '../base/errors.ts'
import { realpath, rmdir, syncFolder } from './fs.node.ts'
import type { HandlePool } from './handle-pool.node.ts'
import { errnoOf } from './io-errors.ts'
import { makeFolders } from './make-folders.node.ts'

/**
 * The folders of one torrent below its download folder. Whoever can put a symbolic link there (another torrent, an archive unpacked
 * beside it) must not make us write elsewhere, so every folder is resolved once, and used only when it lies inside.
 *
 * A process of the same user that swaps folders for links while we run is not defended against: Node has no `openat`.
 */
export class Folders {
  /** The download folder. It may itself be a link: that is the user's choice. */
  readonly root: string
  #realRoot: string | null = null
  /** Folders that were seen to lie inside, relative with `/`. */
  readonly #safe = new Set<string>()
  /** Absolute paths of folders that got names which a power cut could still take away. */
  #changed = new Set<string>()

  constructor(root: string) {
    this.root = root
  }

  /** The absolute path of something below the root, given with `/`. */
  path(relative: string): string {
    return relative === '' ? this.root : join(this.root, relative)
  }

  /**
   * Makes sure that the folder is there and inside. Rejects with the system's error (ENOENT when it is missing), or `unsafe-path`.
   */
  async check(relative: string): Promise<void> {
    if (this.#safe.has(relative)) return
    // Kept apart from the field, which a call beside this one may forget.
    const root = this.#realRoot ?? (await realpath(this.root))
    const real = relative === '' ? root : await realpath(this.path(relative))
    if (!isInside(root, real))
      throw new ShoalError(
        'unsafe-path',
        `${this.path(relative)} is a symbolic link that leaves ${this.root}: replace it by a folder`,
      )
    this.#realRoot = root
    this.#safe.add(relative)
  }

  /** Creates the folder with those above it where they are missing. Rejects as `check` does. */
  async make(relative: string): Promise<void> {
    try {
      return await this.check(relative)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
    }
    if (relative === '') return this.#makeRoot()
    await this.make(parentOf(relative))
    try {
      await fs.promises.mkdir(this.path(relative))
      this.noteChange(parentOf(relative))
    } catch (error) {
      // EEXIST: made by a call beside this one, or a link to nowhere.
      if (errnoOf(error) !== 'EEXIST') throw error
    }
    try {
      await this.check(relative)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
      throw new ShoalError(
        'unsafe-path',
        `${this.path(relative)} is a symbolic link to nowhere: replace it by a folder`,
        { cause: error },
      )
    }
  }

  /** Forgets what was seen: a folder turned out to be gone. */
  forget(): void {
    this.#safe.clear()
    this.#realRoot = null
  }

  /** Something in this folder got or lost a name. */
  noteChange(relative: string): void {
    this.#changed.add(this.path(relative))
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0
  }

  /** Makes all noted changes survive a power cut. */
  async sync(handles: HandlePool): Promise<void> {
    const changed = this.#changed
    this.#changed = new Set()
    try {
      for (const path of changed) {
        await handles.withDescriptor(() => syncFolder(path))
        changed.delete(path)
      }
    } catch (error) {
      for (const path of changed) this.#changed.add(path)
      throw error
    }
  }

  /** Removes those of the folders, and of the folders above them, that are empty; never the root. */
  async removeEmpty(folders: Iterable<string>): Promise<void> {
    const all = new Set<string>()
    for (let folder of folders) for (; folder !== ''; folder = parentOf(folder)) all.add(folder)
    for (const folder of [...all].sort((a, b) => b.length - a.length)) {
      try {
        await rmdir(this.path(folder))
        this.#safe.delete(folder)
      } catch {
        // Not empty, not there or not ours to remove: it stays.
      }
    }
  }

  async #makeRoot(): Promise<void> {
    const first = await makeFolders(this.root)
    if (first !== undefined)
      for (let path = this.root; path.length >= first.length; path = dirname(path)) {
        this.#changed.add(dirname(path))
        if (path === dirname(path)) break
      }
    await this.check('')
  }
}

/** The folder that a path given with `/` lies in; empty for the root. */
export function parentOf(relative: string): string {
  const slash = relative.lastIndexOf('/')
  return slash < 0 ? '' : relative.slice(0, slash)
}

/** The distinct folders that contain the given paths. */
export function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>()
  for (const path of paths) if (path !== '') folders.add(parentOf(path))
  return folders
}

function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)
}
