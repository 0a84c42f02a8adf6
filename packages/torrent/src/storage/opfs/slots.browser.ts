/**
 * Small files in the origin private file system that are replaced atomically without an atomic
 * rename, which not every browser has. Each file has two slots, written alternately; after a crash,
 * the newest intact slot counts.
 *
 * Format of a slot: `shoalsl1`; its number, which grows with each write, and the length of the
 * bytes (4 bytes each, big-endian); SHA-256 of the number, the length and the bytes; the bytes.
 */
import { sha256 } from '#crypto'
import { concat, equalBytes, readU32, utf8, writeU32 } from '../../base/bytes.ts'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { Turns } from '../gate.ts'
import { isMissing, lockFile, openFile, openFolder, openParent, opfsError, writeAll } from './opfs.browser.ts'

const MAGIC = utf8('shoalsl1')
const HEAD_BYTES = MAGIC.length + 8 + 32
const SLOTS = ['a', 'b'] as const
const SLOT_NAME = /^(.+)\.[ab]$/

type Slot = (typeof SLOTS)[number]

interface Found {
  readonly slot: Slot
  readonly number: number
  readonly bytes: Uint8Array
}

export class SlotFiles {
  readonly #directory: string
  /** The newest known slot of each file. */
  readonly #newest = new Map<string, Pick<Found, 'slot' | 'number'>>()
  readonly #turns = new Map<string, Turns>()
  readonly #waiting = new Set<Promise<void>>()
  #closed = false

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Sorted names of all files. */
  async names(): Promise<string[]> {
    const names = new Set<string>()
    try {
      const folder = await openFolder(this.#directory, false)
      for await (const entry of folder.keys()) {
        const name = SLOT_NAME.exec(entry)?.[1]
        if (name) names.add(name)
      }
    } catch (error) {
      if (!isMissing(error)) throw opfsError(error, this.#directory)
    }
    return [...names].sort()
  }

  /**
   * The newest content. Null if the file does not exist; rejects with `io` if no slot is intact.
   */
  async read(name: string, maxBytes: number): Promise<Uint8Array | null> {
    const newest = await this.#find(name, maxBytes)
    return newest?.bytes ?? null
  }

  /**
   * Replaces the file. Resolves when the new content is durable. The bytes must not change until
   * then.
   */
  replace(name: string, bytes: Uint8Array): Promise<void> {
    return this.#inTurn(name, async () => {
      const known =
        this.#newest.get(name) ?? (await this.#find(name, Number.POSITIVE_INFINITY).catch(() => null))
      const slot = known?.slot === 'a' ? 'b' : 'a'
      const number = (known?.number ?? 0) + 1
      await this.#write(`${name}.${slot}`, concat([slotHead(number, bytes), bytes]))
      this.#newest.set(name, { slot, number })
    })
  }

  /** Deletes the file if it exists. */
  delete(name: string): Promise<void> {
    return this.#inTurn(name, async () => {
      this.#newest.delete(name)
      for (const slot of SLOTS) await this.#remove(`${name}.${slot}`)
    })
  }

  /** Waits for all pending changes. Later ones reject with `closed`. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#waiting)
  }

  #inTurn(name: string, work: () => Promise<void>): Promise<void> {
    if (this.#closed)
      return Promise.reject(new ShoalError('closed', 'The resume data is closed. Open the session again.'))
    const turns = this.#turns.get(name) ?? new Turns()
    this.#turns.set(name, turns)
    const turn = turns.take(work).catch(error => {
      throw opfsError(error, `${this.#directory}/${name}`)
    })
    const done = turn.finally(() => {
      this.#waiting.delete(done)
      if (!turns.busy) this.#turns.delete(name)
    })
    this.#waiting.add(done)
    return done
  }

  async #write(file: string, content: Uint8Array): Promise<void> {
    const path = `${this.#directory}/${file}`
    const handle = await lockFile(path, true)
    try {
      handle.truncate(0)
      writeAll(handle, content, 0, path)
      handle.flush()
    } finally {
      handle.close()
    }
  }

  async #remove(file: string): Promise<void> {
    try {
      const { folder, name } = await openParent(`${this.#directory}/${file}`, false)
      await folder.removeEntry(name)
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }

  async #find(name: string, maxBytes: number): Promise<Found | null> {
    let newest: Found | null = null
    let problem: unknown
    for (const slot of SLOTS) {
      try {
        const found = await this.#readSlot(name, slot, maxBytes)
        if (found && found.number > (newest?.number ?? -1)) newest = found
      } catch (error) {
        problem = error
      }
    }
    if (newest) this.#newest.set(name, newest)
    else if (problem !== undefined) throw new ShoalError('io', messageOf(problem), { cause: problem })
    return newest
  }

  async #readSlot(name: string, slot: Slot, maxBytes: number): Promise<Found | null> {
    try {
      const file = await (await openFile(`${this.#directory}/${name}.${slot}`, false)).getFile()
      if (file.size > maxBytes + HEAD_BYTES) throw new ShoalError('io', 'The file is too large')
      return parse(slot, new Uint8Array(await file.arrayBuffer()))
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }
}

function slotHead(number: number, bytes: Uint8Array): Uint8Array {
  const counts = new Uint8Array(8)
  writeU32(counts, 0, number)
  writeU32(counts, 4, bytes.length)
  return concat([MAGIC, counts, sha256(concat([counts, bytes]))])
}

function parse(slot: Slot, content: Uint8Array): Found {
  if (content.length < HEAD_BYTES) throw new ShoalError('io', 'The file is incomplete')
  const number = readU32(content, MAGIC.length)
  const bytes = content.subarray(HEAD_BYTES)
  if (!equalBytes(slotHead(number, bytes), content.subarray(0, HEAD_BYTES)))
    throw new ShoalError('io', 'The file is incomplete or has been changed')
  return { slot, number, bytes }
}
