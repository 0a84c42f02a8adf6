/** Content that comes to the node over the network, to be shared from here. */
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Upload } from '@shoal/api'
import { Failure, fileFailure } from '../cli/failure.ts'

/** Begins the names of folders that hold what has not arrived as a whole. Names with a dot are not shared by anything else. */
const PREFIX = '.shoal-upload-'
const MAX_UPLOADS = 100
const MAX_FILES = 100_000
const MAX_DEPTH = 64
const MAX_NAME_BYTES = 255

interface Arriving {
  readonly upload: Upload
  readonly folder: string
  /** Paths that are being received now. */
  readonly open: Set<string>
}

export class Uploads {
  readonly #directory: () => string
  readonly #uploads = new Map<string, Arriving>()

  /** `directory`: where what is shared lies in the end; what arrives lies beside it, so that it need not be copied. */
  constructor(directory: () => string) {
    this.#directory = directory
  }

  /** Deletes what an earlier run left half-done. */
  async tidy(): Promise<void> {
    const directory = this.#directory()
    const names = await readdir(directory).catch(() => [])
    const mine = names.filter(name => name.startsWith(PREFIX))
    await Promise.all(mine.map(name => rm(join(directory, name), { recursive: true, force: true })))
  }

  async create(name: string): Promise<Upload> {
    if (this.#uploads.size >= MAX_UPLOADS)
      throw new Failure(
        'too-many-requests',
        `${MAX_UPLOADS} uploads are under way: share or cancel one of them first`,
      )
    checkNames([name], 'name')
    const id = randomUUID()
    const folder = join(this.#directory(), PREFIX + id)
    await mkdir(folder, { recursive: true }).catch(error => {
      throw fileFailure(error, folder)
    })
    const upload: Upload = { id, name, files: [], startedMs: Date.now() }
    this.#uploads.set(id, { upload, folder, open: new Set() })
    return upload
  }

  get(id: string): Upload {
    return this.#find(id).upload
  }

  /** Receives one file. What came of one that breaks off is deleted. */
  async receive(
    id: string,
    path: string,
    body: AsyncIterable<Uint8Array>,
    { signal }: { signal: AbortSignal },
  ): Promise<Upload> {
    const arriving = this.#find(id)
    const { upload, folder, open } = arriving
    const parts = path.split('/')
    checkNames(parts, 'path')
    if (upload.files.length + open.size >= MAX_FILES)
      throw new Failure(
        'bad-request',
        `an upload has at most ${MAX_FILES} files: pack them into an archive`,
        { field: 'path' },
      )
    if (open.has(path) || upload.files.some(file => file.path === path))
      throw new Failure('conflict', `${path} was sent already`, { field: 'path' })
    open.add(path)
    const target = join(folder, ...parts)
    try {
      await mkdir(dirname(target), { recursive: true })
      const lengthBytes = await write(target, body, signal)
      this.#find(id)
      upload.files.push({ path, lengthBytes })
      return upload
    } catch (error) {
      await rm(target, { force: true, recursive: false }).catch(() => {})
      throw error instanceof Failure || signal.aborted ? error : fileFailure(error, path)
    } finally {
      open.delete(path)
    }
  }

  /** Puts what has arrived into its place, under its name or one beside it that is free. Returns the path. */
  async finish(id: string): Promise<string> {
    const { upload, folder, open } = this.#find(id)
    if (open.size > 0) throw new Failure('conflict', 'files of it are still on their way: wait for them')
    const [first] = upload.files
    if (!first)
      throw new Failure('bad-request', 'nothing was sent yet: send its files first', { field: 'id' })
    const isFile = upload.files.length === 1 && first.path === upload.name
    const target = await freePath(this.#directory(), upload.name)
    await rename(isFile ? join(folder, first.path) : folder, target).catch(error => {
      throw fileFailure(error, target)
    })
    this.#uploads.delete(id)
    await rm(folder, { recursive: true, force: true })
    return target
  }

  async cancel(id: string): Promise<void> {
    const { folder } = this.#find(id)
    this.#uploads.delete(id)
    await rm(folder, { recursive: true, force: true })
  }

  #find(id: string): Arriving {
    const arriving = this.#uploads.get(id)
    if (arriving) return arriving
    throw new Failure(
      'not-found',
      'there is no such upload: it was shared or cancelled, or the node was restarted',
      { field: 'id' },
    )
  }
}

async function write(path: string, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<number> {
  let lengthBytes = 0
  const count = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      lengthBytes += chunk.length
      done(null, chunk)
    },
  })
  await pipeline(
    Readable.from(body, { objectMode: false }),
    count,
    createWriteStream(path, { flags: 'wx' }),
    { signal },
  )
  return lengthBytes
}

/** Throws `bad-request` for names that no file system or torrent should see. */
function checkNames(parts: readonly string[], field: string): void {
  const isBad = (part: string) =>
    part === '' ||
    part === '.' ||
    part === '..' ||
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    /[\0-\x1f/\\\x7f]/.test(part) ||
    Buffer.byteLength(part) > MAX_NAME_BYTES
  if (parts.length > MAX_DEPTH || parts.some(isBad))
    throw new Failure(
      'bad-request',
      `${JSON.stringify(parts.join('/').slice(0, 200))} cannot be the name of a file: give plain names with / between folders`,
      {
        field,
      },
    )
}

/** `name`, or `name (2)` … when that is taken. */
async function freePath(directory: string, name: string): Promise<string> {
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let count = 1; ; count++) {
    const path = join(directory, count === 1 ? name : `${stem} (${count})${ending}`)
    const isTaken = await stat(path).then(
      () => true,
      () => false,
    )
    if (!isTaken) return path
  }
}
