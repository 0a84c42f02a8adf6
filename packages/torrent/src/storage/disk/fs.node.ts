// The storage's file system calls as promises. They use plain descriptors, because FileHandle
// objects can be closed by garbage collection.
import fs from 'node:fs'
import { promisify } from 'node:util'
import { skipBytes, takeBytes, WRITE_STEP_BYTES } from '../byte-runs.ts'
import { errnoOf } from '../io-errors.ts'

const statfs = promisify(fs.statfs)
/**
 * Bytes per write call on file systems without large units (see WRITE_STEP_BYTES): each call costs
 * two switches between threads.
 */
const MEMORY_STEP_BYTES = 1024 * 1024
const TMPFS_MAGIC = 0x01021994
/** Bytes per write call, by device. */
const steps = new Map<number, number>()

export const open = promisify(fs.open)
export const close = promisify(fs.close)
export const fstat = promisify(fs.fstat)
export const lstat = promisify(fs.lstat)
export const ftruncate = promisify(fs.ftruncate)
export const fdatasync = promisify(fs.fdatasync)
const fsync = promisify(fs.fsync)
export const rename = promisify(fs.rename)
export const unlink = promisify(fs.unlink)
export const rmdir = promisify(fs.rmdir)
export const realpath = promisify(fs.realpath.native)

/** 0 on systems without the flag (Windows). */
const NO_FOLLOW = fs.constants.O_NOFOLLOW ?? 0
// Opening a pipe in place of a file must not block a thread of the pool. No effect on files.
const NON_BLOCK = fs.constants.O_NONBLOCK ?? 0

/** Flags that open an existing file, but never follow a symbolic link as the last component. */
export const READ = fs.constants.O_RDONLY | NO_FOLLOW | NON_BLOCK
export const WRITE = fs.constants.O_RDWR | NO_FOLLOW | NON_BLOCK
/** Creates a file; fails with EEXIST if the name exists, even as a dangling link. */
export const CREATE = WRITE | fs.constants.O_CREAT | fs.constants.O_EXCL

/** Whether callers must check for links before opening. */
export const MUST_LOOK_FOR_LINKS = NO_FOLLOW === 0

/**
 * Reads from `position` until the buffers are full, in order, or the file ends. Resolves to the
 * number of bytes.
 */
export function readInto(fd: number, buffers: readonly Uint8Array[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let rest = buffers
    let done = 0
    const onRead = (error: Error | null, count: number): void => {
      done += count
      if (error !== null) reject(error)
      else if (count === 0) resolve(done)
      else {
        rest = skipBytes(rest, count)
        if (rest.length === 0) resolve(done)
        else read()
      }
    }
    const read = (): void => {
      const first = rest[0]!
      if (rest.length === 1) fs.read(fd, first, 0, first.length, position + done, onRead)
      else fs.readv(fd, rest, position + done, onRead)
    }
    if (buffers.length === 0) resolve(0)
    else read()
  })
}

/** Returns how many bytes to write per call to the files of a device, of which `path` is one. */
export async function writeStepBytes(path: string, device: number): Promise<number> {
  let step = steps.get(device)
  if (step !== undefined) return step
  const type = await statfs(path).then(
    stat => stat.type,
    () => null,
  )
  step = type === TMPFS_MAGIC ? MEMORY_STEP_BYTES : WRITE_STEP_BYTES
  steps.set(device, step)
  return step
}

/**
 * Writes all buffers in order from `position`, in small steps, so that other file operations get
 * their turn.
 */
export function writeFrom(
  fd: number,
  buffers: readonly Uint8Array[],
  position: number,
  stepBytes = WRITE_STEP_BYTES,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let rest = buffers
    let at = position
    const onWritten = (error: Error | null, count: number): void => {
      if (error !== null) {
        reject(error)
        return
      }
      rest = skipBytes(rest, count)
      at += count
      if (rest.length === 0) resolve()
      else if (count === 0) reject(new Error('the system accepted no bytes'))
      else write()
    }
    const write = (): void => {
      const step = takeBytes(rest, 0, stepBytes)
      if (step.length === 1) fs.write(fd, step[0]!, 0, step[0]!.length, at, onWritten)
      else fs.writev(fd, step, at, onWritten)
    }
    write()
  })
}

/** Reads from `position` until `into` is full or the file ends. Resolves to the number of bytes. */
export function readAt(fd: number, into: Uint8Array, position: number): Promise<number> {
  return readInto(fd, [into], position)
}

/** Writes all of `bytes` at `position`. */
export function writeAt(fd: number, bytes: Uint8Array, position: number): Promise<void> {
  return writeFrom(fd, [bytes], position)
}

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder like a file; NTFS journals names by itself.
  if (process.platform === 'win32') return
  const fd = await open(path, fs.constants.O_RDONLY)
  try {
    await fsync(fd)
  } catch (error) {
    // Some network and FUSE file systems cannot sync a folder.
    if (!['EINVAL', 'ENOTSUP', 'EBADF', 'EISDIR'].includes(errnoOf(error))) throw error
  } finally {
    await close(fd)
  }
}

/**
 * Runs `work` on each item, at most `width` at a time. If one fails, waits for those running, then
 * rejects with the first error.
 */
export async function forEach<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  if (items.length === 1) return work(items[0]!)
  let next = 0
  let failure: { error: unknown } | null = null
  const lane = async (): Promise<void> => {
    while (next < items.length && failure === null) {
      try {
        await work(items[next++]!)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
  if (failure !== null) throw (failure as { error: unknown }).error
}
