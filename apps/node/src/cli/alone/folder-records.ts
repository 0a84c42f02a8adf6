/**
 * Records about the torrents of one folder, kept across runs and shared by processes. Each record
 * is a separate file, so that a download and a share of the same folder never overwrite each
 * other's records.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { fileFailure } from '@shoal/daemon/failure'
import { writeWholeFile } from '@shoal/daemon/files'

export interface Entry {
  /** Hex: v1 if there is one, otherwise v2. */
  readonly infoHash: string
  /** Name of the file or folder. */
  readonly name: string
  /** `made` from files in the folder, or `got` from others. */
  readonly kind: 'made' | 'got'
  /** `got`: the link to add it again. */
  readonly magnet?: string
  /**
   * `made`: the stamp of the files when they were hashed, and the options that affect the info
   * dictionary.
   */
  readonly stamp?: string
  readonly recipe?: string
  /** `got`: whether all wanted files are complete. */
  readonly complete?: boolean
  /** The process that is downloading it. */
  readonly pid?: number
  /** When the process started, in milliseconds since the Unix epoch. */
  readonly sinceMs?: number
}

const NAME = /^([0-9a-f]{40}|[0-9a-f]{64})\.json$/
const MAX_BYTES = 1 << 20
/** Files read at a time. */
const AT_ONCE = 64
let written = 0

export class FolderRecords {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** All readable entries. Damaged ones are ignored, because entries only save work. */
  async load(): Promise<Entry[]> {
    const names = await readdir(this.#folder).catch(error => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw fileFailure(error, this.#folder)
    })
    const hashes = names.flatMap(name => infoHashOfRecord(name) ?? [])
    const entries: Entry[] = []
    for (let at = 0; at < hashes.length; at += AT_ONCE) {
      const found = await Promise.all(hashes.slice(at, at + AT_ONCE).map(hash => this.find(hash)))
      entries.push(...found.filter(entry => entry !== null))
    }
    return entries
  }

  async find(infoHash: string): Promise<Entry | null> {
    const text = await readFile(this.#path(infoHash, 'json'), 'utf8').catch(() => '')
    return parseEntry(text, infoHash)
  }

  /**
   * Writes synchronously, so that a download is recorded before its first byte is on disk. Throws a
   * Failure.
   */
  save(entry: Entry): void {
    const path = this.#path(entry.infoHash, 'json')
    const temporary = `${path}.${process.pid}.${written++}.tmp`
    try {
      makeAgain(this.#folder)
      writeFileSync(temporary, JSON.stringify(entry))
      renameSync(temporary, path)
    } catch (error) {
      throw fileFailure(error, path)
    }
  }

  /** Returns the .torrent that was created; null if there is none. */
  async readTorrent(infoHash: string): Promise<Uint8Array | null> {
    return readFile(this.#path(infoHash, 'torrent')).catch(() => null)
  }

  async writeTorrent(infoHash: string, bytes: Uint8Array): Promise<void> {
    await writeWholeFile(this.#path(infoHash, 'torrent'), bytes)
  }

  async delete(infoHash: string): Promise<void> {
    await Promise.all([
      rm(this.#path(infoHash, 'json'), { force: true }),
      rm(this.#path(infoHash, 'torrent'), { force: true }),
    ])
  }

  #path(infoHash: string, ending: string): string {
    return join(this.#folder, `${infoHash}.${ending}`)
  }
}

/** Returns the info hash in the file name of a record; null for another file. */
export function infoHashOfRecord(name: string): string | null {
  return NAME.exec(name)?.[1] ?? null
}

/** The folder may have been deleted since it was opened. */
function makeAgain(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Returns whether another process is downloading it now. */
export function isTaken({ pid, sinceMs = 0 }: Entry): boolean {
  if (pid === undefined || pid === process.pid) return false
  // After a reboot, the process ID may belong to another program.
  if (sinceMs < Date.now() - uptime() * 1000 - 5000) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Returns null if the text is not an entry of this torrent. */
export function parseEntry(text: string, infoHash: string): Entry | null {
  if (text.length > MAX_BYTES) return null
  let value: Partial<Record<keyof Entry, unknown>>
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const isText = (each: unknown) => each === undefined || typeof each === 'string'
  const isNumber = (each: unknown) => each === undefined || Number.isSafeInteger(each)
  if (typeof value !== 'object' || value === null || value.infoHash !== infoHash) return null
  if (typeof value.name !== 'string' || (value.kind !== 'made' && value.kind !== 'got')) return null
  if (![value.magnet, value.stamp, value.recipe].every(isText)) return null
  if (![value.pid, value.sinceMs].every(isNumber)) return null
  return value as Entry
}
