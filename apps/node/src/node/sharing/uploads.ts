/** Content that is uploaded to the node, to be shared from it. */
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Upload } from '@shoal/api'
import { Failure, fileFailure } from '@shoal/daemon/failure'
import { safeFileName } from '../../base/files/file-name.ts'

/** Name prefix of folders with incomplete uploads. Uploads cannot have such names. */
const PREFIX = '.shoal-upload-'
/** Folder of the arriving files: its parent is private, but it becomes an ordinary folder. */
const FILES = 'files'
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const MAX_UPLOADS = 100
const MAX_FILES = 100_000
const MAX_DEPTH = 64
const MAX_NAME_BYTES = 255

interface Arriving {
  /** Replaced as an object. */
  upload: Upload
  /** The download folder when the upload started: files can be moved there without copying. */
  readonly directory: string
  readonly folder: string
  /** The requested name; `upload.name` is the one that it will be stored under. */
  readonly givenName: string
  /** Paths that have arrived or are being received. */
  readonly paths: Set<string>
  /** Files that are being received. */
  readonly open: Set<Promise<unknown>>
  readonly stop: AbortController
}

export class Uploads {
  readonly #directory: () => string
  readonly #prefix: string
  readonly #uploads = new Map<string, Arriving>()
  /** Serializes placing: two uploads with one name must not find the same path free. */
  #placing: Promise<unknown> = Promise.resolve()
  #closed = false

  /**
   * `directory`: folder for shared content. Arriving files are also stored in it, so that they need
   * not be copied. `dataDir` distinguishes this node from others that use the folder: at startup,
   * it only deletes its own leftovers.
   */
  constructor(directory: () => string, dataDir: string) {
    this.#directory = directory
    const owner = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
    this.#prefix = `${PREFIX}${owner}-`
  }

  /**
   * Creates a hidden folder that only this user can read. If it still exists at the next start, it
   * is deleted.
   */
  async stage(): Promise<string> {
    const folder = join(this.#directory(), this.#prefix + randomUUID())
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(error => {
      throw fileFailure(error, folder)
    })
    return folder
  }

  /** Deletes incomplete uploads of an earlier run. */
  async tidy(): Promise<void> {
    const directory = this.#directory()
    const names = await readdir(directory).catch(() => [])
    const mine = names.filter(
      name => name.startsWith(this.#prefix) && UUID.test(name.slice(this.#prefix.length)),
    )
    await Promise.all(mine.map(name => rm(join(directory, name), { recursive: true, force: true })))
  }

  async create(name: string): Promise<Upload> {
    if (this.#closed) throw new Failure('closed', 'the node is stopping: try again after it has restarted')
    if (this.#uploads.size >= MAX_UPLOADS)
      throw new Failure(
        'too-many-requests',
        `${MAX_UPLOADS} uploads are under way: share or cancel one of them first`,
      )
    checkNames([name], 'name')
    const id = randomUUID()
    const directory = this.#directory()
    const folder = join(directory, this.#prefix + id)
    // Hidden files of the home folder include keys and autostart programs.
    const stored = safeFileName(name)
    const upload: Upload = { id, name: stored, fileCount: 0, receivedBytes: 0, startedMs: Date.now() }
    const stop = new AbortController()
    // Register it immediately, so that concurrent uploads are counted, too.
    const empty = { paths: new Set<string>(), open: new Set<Promise<unknown>>() }
    this.#uploads.set(id, { upload, directory, folder, givenName: name, ...empty, stop })
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(error => {
      this.#uploads.delete(id)
      throw fileFailure(error, folder)
    })
    return upload
  }

  get(id: string): Upload {
    return this.#find(id).upload
  }

  /** Receives one file. A partial file is deleted on failure. */
  async receive(
    id: string,
    path: string,
    body: AsyncIterable<Uint8Array>,
    { signal }: { signal: AbortSignal },
  ): Promise<Upload> {
    const arriving = this.#find(id)
    const { paths, open, stop } = arriving
    checkNames(path.split('/'), 'path')
    if (paths.size >= MAX_FILES)
      throw new Failure(
        'bad-request',
        `an upload has at most ${MAX_FILES} files: pack them into an archive`,
        { field: 'path' },
      )
    if (paths.has(path)) throw new Failure('conflict', `${path} was already sent`, { field: 'path' })
    paths.add(path)
    const receiving = receiveFile(arriving, path, body, AbortSignal.any([signal, stop.signal]))
    open.add(receiving)
    try {
      const lengthBytes = await receiving
      const { fileCount, receivedBytes } = arriving.upload
      arriving.upload = {
        ...arriving.upload,
        fileCount: fileCount + 1,
        receivedBytes: receivedBytes + lengthBytes,
      }
      return arriving.upload
    } catch (error) {
      paths.delete(path)
      throw error
    } finally {
      open.delete(receiving)
    }
  }

  /** Moves a finished upload to its final place, under its name or a free one. Returns the path. */
  async finish(id: string): Promise<string> {
    return this.#end(id, arriving => {
      const placed = this.#placing.then(() => place(arriving))
      this.#placing = placed.catch(() => {})
      return placed
    })
  }

  /**
   * Leaves a finished upload in its hidden folder, under its name. Returns the path; delete the
   * folder afterwards.
   */
  async finishHidden(id: string): Promise<{ path: string; folder: string }> {
    return this.#end(id, async arriving => {
      const { givenName, folder } = arriving
      // In a separate folder, since the upload can have the same name as that with its files.
      const path = join(folder, 'named', givenName)
      await mkdir(dirname(path)).catch(error => {
        throw fileFailure(error, path)
      })
      await renameTo(arriving, path)
      return { path, folder }
    })
  }

  async #end<T>(id: string, end: (arriving: Arriving) => Promise<T>): Promise<T> {
    const arriving = this.#find(id)
    const { upload, open } = arriving
    if (open.size > 0) throw new Failure('conflict', 'some of its files are still being sent: wait for them')
    if (upload.fileCount === 0)
      throw new Failure('bad-request', 'nothing has been sent yet: send its files first', { field: 'id' })
    // From here on, no more files are accepted.
    this.#uploads.delete(id)
    try {
      return await end(arriving)
    } catch (error) {
      if (!this.#closed) this.#uploads.set(id, arriving)
      throw error
    }
  }

  async cancel(id: string): Promise<void> {
    const arriving = this.#find(id)
    this.#uploads.delete(id)
    arriving.stop.abort(gone())
    await Promise.allSettled(arriving.open)
    await rm(arriving.folder, { recursive: true, force: true })
  }

  /** Aborts all uploads: they do not survive the node. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled([...this.#uploads.keys()].map(id => this.cancel(id)))
    await this.#placing
  }

  #find(id: string): Arriving {
    const arriving = this.#uploads.get(id)
    if (arriving) return arriving
    throw gone()
  }
}

function gone(): Failure {
  return new Failure(
    'not-found',
    'there is no such upload: it was shared or cancelled, or the node was restarted',
    { field: 'id' },
  )
}

/** Resolves with its length. */
async function receiveFile(
  { folder }: Arriving,
  path: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const target = join(folder, FILES, ...path.split('/'))
  const state = { isOurs: false }
  try {
    await mkdir(dirname(target), { recursive: true })
    return await write(target, body, signal, state)
  } catch (error) {
    // On a case-insensitive file system, the existing file may be another one.
    if (state.isOurs) await rm(target, { force: true }).catch(() => {})
    if (signal.aborted) throw signal.reason instanceof Failure ? signal.reason : error
    throw error instanceof Failure ? error : fileFailure(error, path)
  }
}

async function write(
  path: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  state: { isOurs: boolean },
): Promise<number> {
  let lengthBytes = 0
  const count = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      lengthBytes += chunk.length
      done(null, chunk)
    },
  })
  const file = createWriteStream(path, { flags: 'wx' }).once('open', () => {
    state.isOurs = true
  })
  await pipeline(Readable.from(untilAborted(body, signal), { objectMode: false }), count, file, { signal })
  return lengthBytes
}

/** Aborting a stalled body does not settle its pending read, so do not wait for that. */
async function* untilAborted(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  let refuse: (reason: unknown) => void = () => {}
  const onAbort = () => refuse(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    for (;;) {
      signal.throwIfAborted()
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        refuse = reject
        iterator.next().then(resolve, reject)
      })
      if (next.done) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}

async function place(arriving: Arriving): Promise<string> {
  const target = await freePath(arriving.directory, arriving.upload.name)
  await renameTo(arriving, target)
  await rm(arriving.folder, { recursive: true, force: true }).catch(() => {})
  return target
}

async function renameTo({ folder, givenName, paths }: Arriving, target: string): Promise<void> {
  const files = join(folder, FILES)
  const isFile = paths.size === 1 && paths.has(givenName)
  await rename(isFile ? join(files, givenName) : files, target).catch(error => {
    throw fileFailure(error, target)
  })
}

/** Throws `bad-request` for names that are unsafe in file systems or torrents. */
function checkNames(parts: readonly string[], field: string): void {
  const isBad = (part: string) =>
    part === '' ||
    part === '.' ||
    part === '..' ||
    part.startsWith(PREFIX) ||
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    /[\0-\x1f/\\\x7f]/.test(part) ||
    Buffer.byteLength(part) > MAX_NAME_BYTES
  if (parts.length > MAX_DEPTH || parts.some(isBad))
    throw new Failure(
      'bad-request',
      `${JSON.stringify(parts.join('/').slice(0, 200))} is not a valid path: use plain names with / between folders`,
      {
        field,
      },
    )
}

/** Returns `name`, or `name (2)` … if that is taken. */
async function freePath(directory: string, name: string): Promise<string> {
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let count = 1; ; count++) {
    const path = join(directory, count === 1 ? name : `${stem} (${count})${ending}`)
    const isTaken = await lstat(path).then(
      () => true,
      () => false,
    )
    if (!isTaken) return path
  }
}
