import { writeFrom } from './fs.node.ts'

/**
 * Number of concurrent writes to one file. The kernel performs one at a time; the second keeps it
 * busy while the completion of the first waits for the event loop, which a fast download occupies
 * for milliseconds at a time.
 */
const PER_FILE = 2
/**
 * Number of concurrent writes in total. They queue for the four threads of Node's pool, which
 * reads and name lookups share.
 */
const IN_ALL = 4
/** Maximum buffers joined into one call: IOV_MAX is 1,024 on Linux, macOS and the BSDs. */
const MAX_JOINED = 512
/** Maximum bytes joined into one call, so that a read never waits long for the file. */
const MAX_JOINED_BYTES = 8 * 1024 * 1024

interface PendingWrite {
  readonly position: number
  readonly bytes: Uint8Array
  readonly settle: (error: unknown) => void
}

/** Contiguous writes joined into one call. */
interface Run {
  readonly begin: number
  readonly end: number
  readonly writes: PendingWrite[]
}

/** The descriptors through which files are written. */
interface Handles<File, Handle> {
  /** Returns a handle that is in use until `release`. Rejects if the file cannot be opened. */
  acquire(file: File, writable: boolean): Handle | Promise<Handle>
  release(handle: Handle): void
}

interface FileWrites<File> {
  readonly file: File
  waiting: PendingWrite[]
  readonly running: Run[]
  /** Whether the file is in the queue. */
  queued: boolean
}

/**
 * Runs the writes of all torrents on the thread pool. Overlapping writes to one file run in the
 * order of the calls; others run concurrently. Waiting writes that adjoin are joined into one call.
 */
export class WriteQueue<File, Handle extends { readonly fd: number; readonly stepBytes: number }> {
  readonly #pool: Handles<File, Handle>
  readonly #files = new Map<File, FileWrites<File>>()
  readonly #ready: FileWrites<File>[] = []
  #running = 0

  constructor(pool: Handles<File, Handle>) {
    this.#pool = pool
  }

  /**
   * Writes all of `bytes` at `position`, without copying them. Rejects with the system's error or
   * that of opening the file.
   */
  write(file: File, position: number, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      let writes = this.#files.get(file)
      if (writes === undefined) {
        writes = { file, waiting: [], running: [], queued: false }
        this.#files.set(file, writes)
      }
      const settle = (error: unknown) => (error == null ? resolve() : reject(error))
      writes.waiting.push({ position, bytes, settle })
      this.#queue(writes)
      this.#pump()
    })
  }

  #queue(writes: FileWrites<File>): void {
    if (writes.queued || writes.waiting.length === 0 || writes.running.length >= PER_FILE) return
    writes.queued = true
    this.#ready.push(writes)
  }

  #pump(): void {
    while (this.#running < IN_ALL) {
      const writes = this.#ready.shift()
      if (writes === undefined) return
      writes.queued = false
      const run = takeRun(writes)
      // Null if it overlaps a running write, whose end queues the file again.
      if (run === null) continue
      writes.running.push(run)
      this.#running++
      this.#queue(writes)
      this.#start(writes, run)
    }
  }

  #start(writes: FileWrites<File>, run: Run): void {
    const handle = this.#pool.acquire(writes.file, true)
    if (handle instanceof Promise)
      handle.then(
        opened => this.#write(opened, writes, run),
        error => this.#end(writes, run, error),
      )
    else this.#write(handle, writes, run)
  }

  #write(handle: Handle, writes: FileWrites<File>, run: Run): void {
    const end = (error: unknown): void => {
      this.#pool.release(handle)
      this.#end(writes, run, error)
    }
    const buffers = run.writes.map(write => write.bytes)
    writeFrom(handle.fd, buffers, run.begin, handle.stepBytes).then(() => end(null), end)
  }

  #end(writes: FileWrites<File>, run: Run, error: unknown): void {
    this.#running--
    writes.running.splice(writes.running.indexOf(run), 1)
    if (writes.waiting.length === 0 && writes.running.length === 0) this.#files.delete(writes.file)
    this.#queue(writes)
    for (const write of run.writes) write.settle(error)
    this.#pump()
  }
}

/**
 * Takes the first waiting write and those that continue it; returns null if it must wait for a
 * running one.
 */
function takeRun(writes: FileWrites<unknown>): Run | null {
  const first = writes.waiting[0]!
  if (overlapsAny(writes.running, first.position, first.position + first.bytes.length)) return null
  const joined = [first]
  let end = first.position + first.bytes.length
  while (joined.length < MAX_JOINED && joined.length < writes.waiting.length) {
    const next = writes.waiting[joined.length]!
    const nextEnd = end + next.bytes.length
    if (next.position !== end || nextEnd - first.position > MAX_JOINED_BYTES) break
    if (overlapsAny(writes.running, end, nextEnd)) break
    joined.push(next)
    end = nextEnd
  }
  writes.waiting.splice(0, joined.length)
  return { begin: first.position, end, writes: joined }
}

function overlapsAny(runs: readonly Run[], begin: number, end: number): boolean {
  return runs.some(run => run.begin < end && begin < run.end)
}
