import fs from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { ShoalError } from '../../base/errors.ts'
import { errnoOf } from '../io-errors.ts'
import { realpath, rmdir, syncFolder } from './fs.node.ts'
import type { HandlePool } from './handle-pool.node.ts'
import { makeFolders } from './make-folders.node.ts'

/**
 * The folders of one torrent below its download folder. A symbolic link placed there (by another
 * torrent, or by an archive unpacked next to it) must not redirect writes elsewhere, so every
 * folder is resolved once and used only if it lies inside the download folder.
 *
 * This does not defend against a process of the same user that replaces folders with links at run
 * time: Node has no `openat`.
 */
export class Folders {
  /** The download folder. It may itself be a link if the user chose so. */
  readonly root: string
  #realRoot: string | null = null
  /** Folders verified to lie inside, relative with `/`. */
  readonly #safe = new Set<string>()
  /** Absolute paths of folders with new or removed names that a power cut could still undo. */
  #changed = new Set<string>()

  constructor(root: string) {
    this.root = root
  }

  /** The absolute path of `relative`, which is given with `/`. */
  path(relative: string): string {
    return relative === '' ? this.root : join(this.root, relative)
  }

  /**
   * Verifies that the folder exists and lies inside. Rejects with the system's error (ENOENT if it
   * is missing) or `unsafe-path`.
   */
  async check(relative: string): Promise<void> {
    if (this.#safe.has(relative)) return
    // Not read from the field again below, because a concurrent call may clear it.
    const root = this.#realRoot ?? (await realpath(this.root))
    const real = relative === '' ? root : await realpath(this.path(relative))
    if (!isInside(root, real))
      throw new ShoalError(
        'unsafe-path',
        `${this.path(relative)} is a symbolic link that leads out of ${this.root}. Replace it with a folder.`,
      )
    this.#realRoot = root
    this.#safe.add(relative)
  }

  /** Creates the folder and its missing parents. Rejects like `check`. */
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
      // EEXIST: created by a concurrent call, or a dangling link.
      if (errnoOf(error) !== 'EEXIST') throw error
    }
    try {
      await this.check(relative)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
      throw new ShoalError(
        'unsafe-path',
        `${this.path(relative)} is a dangling symbolic link. Replace it with a folder.`,
        { cause: error },
      )
    }
  }

  /** Forgets verified folders because one of them has disappeared. */
  forget(): void {
    this.#safe.clear()
    this.#realRoot = null
  }

  /** Records that a name in this folder was added or removed. */
  noteChange(relative: string): void {
    this.#changed.add(this.path(relative))
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0
  }

  /** Makes all recorded changes survive a power cut. */
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

  /** Removes the given folders and their parents if they are empty; never the root. */
  async removeEmpty(folders: Iterable<string>): Promise<void> {
    const all = new Set<string>()
    for (let folder of folders) for (; folder !== ''; folder = parentOf(folder)) all.add(folder)
    for (const folder of [...all].sort((a, b) => b.length - a.length)) {
      try {
        await rmdir(this.path(folder))
        this.#safe.delete(folder)
      } catch {
        // Not empty, already removed or not permitted.
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

/** The folder that contains a path given with `/`; empty for the root. */
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
