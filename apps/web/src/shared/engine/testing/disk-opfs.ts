/**
 * The origin private file system of a page, as far as `stored-file.ts` uses it, over a disk: its
 * paths are those of the disk.
 */
import { existsSync, openAsBlob } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

function missing(): DOMException {
  return new DOMException('no such file or folder', 'NotFoundError')
}

class DiskFile {
  #path: string

  constructor(path: string) {
    this.#path = path
  }

  async getFile(): Promise<File> {
    return new File([await openAsBlob(this.#path)], 'stored')
  }

  async move(folder: DiskFolder, name: string): Promise<void> {
    await rename(this.#path, join(folder.path, name))
    this.#path = join(folder.path, name)
  }
}

export class DiskFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<DiskFolder> {
    const path = join(this.path, name)
    if (!existsSync(path) && !create) throw missing()
    if (!existsSync(path)) await mkdir(path)
    return new DiskFolder(path)
  }

  async getFileHandle(name: string): Promise<DiskFile> {
    const path = join(this.path, name)
    if (!existsSync(path) || (await stat(path)).isDirectory()) throw missing()
    return new DiskFile(path)
  }

  async removeEntry(name: string, { recursive = false } = {}): Promise<void> {
    if (!existsSync(join(this.path, name))) throw missing()
    await rm(join(this.path, name), { recursive })
  }
}
