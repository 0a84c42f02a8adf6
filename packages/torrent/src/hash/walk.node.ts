import type { BigIntStats } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { ShoalError } from '../base/errors.ts'
import { isMissing, readError } from './file-errors.node.ts'
import type { Found, FoundFile, WalkOptions } from './walk.ts'

/** File system calls in flight: enough to keep libuv's threads busy without using much memory. */
const AT_ONCE = 64

/** A file and its stats when it was found. */
interface Seen {
  readonly file: FoundFile
  readonly stats: BigIntStats
}

/**
 * Finds all files below `path`, or the file itself if `path` is one. Ignores empty folders, which
 * no torrent can hold. Symbolic links are rejected, or kept if they point inside the folder (BEP
 * 47). Rejects with `not-found`, `no-permission`, `io`, or `bad-argument` for content that cannot
 * be shared: links, devices, names that are not UTF-8, a folder without files.
 */
export async function walk(path: string, { symlinks, filter, signal }: WalkOptions): Promise<Found> {
  const root = resolve(path)
  // The path itself may be a link; it is followed.
  const stats = await examine(root, () => stat(root, { bigint: true }))
  const seen: Seen[] = []
  if (stats.isDirectory()) await walkFolder(root, [], seen)
  else seen.push({ file: describe(root, [basename(root)], stats), stats })
  if (seen.length === 0)
    throw new ShoalError('bad-argument', `${root} contains no files. Add the files you want to share.`)
  return {
    name: basename(root),
    singleFile: !stats.isDirectory(),
    files: seen.map(({ file }) => file),
    assertUnchanged: options => assertUnchanged(seen, options?.signal),
  }

  async function walkFolder(folder: string, prefix: readonly string[], into: Seen[]): Promise<void> {
    signal?.throwIfAborted()
    const all = await examine(folder, () => readdir(folder))
    const names = filter?.(folder, all) ?? all
    const folders: string[] = []
    await inBatches(names, async name => {
      signal?.throwIfAborted()
      const full = join(folder, name)
      const stats = await examine(full, () => lstat(full, { bigint: true }))
      if (stats.isDirectory()) folders.push(name)
      else if (stats.isSymbolicLink()) into.push({ file: await describeLink(full, [...prefix, name]), stats })
      else into.push({ file: describe(full, [...prefix, name], stats), stats })
    })
    for (const name of folders) await walkFolder(join(folder, name), [...prefix, name], into)
  }

  async function describeLink(link: string, at: readonly string[]): Promise<FoundFile> {
    if (symlinks === 'refuse')
      throw new ShoalError(
        'bad-argument',
        `${link} is a symbolic link. Choose to keep links, or replace it with its target.`,
      )
    const target = await realpath(link).catch(() => null)
    const symlink = target === null ? [] : relative(await realpath(root), target).split(sep)
    if (symlink[0] === '' || symlink[0] === '..' || symlink.length === 0)
      throw new ShoalError(
        'bad-argument',
        `${link} does not point to anything inside the folder. Remove it, or replace it with its target.`,
      )
    return { path: at, lengthBytes: 0, executable: false, hidden: isHidden(at), symlink, diskPath: link }
  }
}

function describe(diskPath: string, path: readonly string[], stats: BigIntStats): FoundFile {
  if (!stats.isFile())
    throw new ShoalError('bad-argument', `${diskPath} is neither a file nor a folder. Move it away.`)
  return {
    path,
    lengthBytes: Number(stats.size),
    executable: (Number(stats.mode) & 0o100) !== 0,
    hidden: isHidden(path),
    diskPath,
  }
}

function isHidden(path: readonly string[]): boolean {
  return path.at(-1)!.startsWith('.')
}

async function assertUnchanged(seen: readonly Seen[], signal: AbortSignal | undefined): Promise<void> {
  await inBatches(seen, async ({ file, stats }) => {
    signal?.throwIfAborted()
    const now = await lstatOrStat(file, stats)
    const same = now?.size === stats.size && now.mtimeNs === stats.mtimeNs && now.ino === stats.ino
    if (!same)
      throw new ShoalError(
        'io',
        `${file.diskPath} changed while it was being read. Try again when nothing writes to it.`,
      )
  })
}

/**
 * Repeats the call that found the file: the walked path itself may be a link, which was followed.
 */
async function lstatOrStat(file: FoundFile, stats: BigIntStats): Promise<BigIntStats | null> {
  const look = stats.isSymbolicLink() ? lstat : stat
  return look(file.diskPath, { bigint: true }).catch(() => null)
}

async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += AT_ONCE) await Promise.all(items.slice(i, i + AT_ONCE).map(work))
}

/** Runs a file system call and converts its errors. */
async function examine<T>(path: string, look: () => Promise<T>): Promise<T> {
  try {
    return await look()
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (!isMissing(code)) throw readError(code, path, message)
    if (path.includes('\ufffd'))
      throw new ShoalError(
        'bad-argument',
        `The name of ${path} is not valid UTF-8, which torrents require. Rename it.`,
      )
    throw new ShoalError('not-found', `${path} does not exist. Check the path.`)
  }
}
