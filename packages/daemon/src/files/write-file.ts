import { constants, copyFile, link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeFolders } from '@shoal/torrent/make-folders'
import { Failure, fileFailure } from '../failure.ts'

let written = 0

/**
 * Writes a file atomically and creates its folders: after a crash, either the old or the new file
 * exists. Rejects with a Failure.
 */
export async function writeWholeFile(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  { mode = 0o666 }: { mode?: number } = {},
): Promise<void> {
  await write(path, content, mode, temporary => rename(temporary, path))
}

/**
 * Writes a file like `writeWholeFile`, but never replaces one: rejects with `exists` unless that
 * has the same bytes.
 */
export async function writeNewFile(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  { mode = 0o666 }: { mode?: number } = {},
): Promise<void> {
  await write(path, content, mode, async temporary => {
    try {
      await linkOrCopy(temporary, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (!(await isSame(content, path))) throw new Failure('exists', `${path} exists`, { cause: error })
    }
    await rm(temporary)
  })
}

/**
 * Both fail if the path exists, unlike a rename. Some file systems, such as FAT, do not support
 * links.
 */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
    await copyFile(from, to, constants.COPYFILE_EXCL)
  }
}

async function isSame(
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  path: string,
): Promise<boolean> {
  if (typeof content !== 'string' && !(content instanceof Uint8Array)) return false
  const { isFile, size } = await stat(path).then(it => ({ isFile: it.isFile(), size: it.size }))
  const bytes = Buffer.from(content as Uint8Array)
  return isFile && size === bytes.length && bytes.equals(await readFile(path))
}

async function write(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  mode: number,
  place: (temporary: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${written++}.tmp`)
  try {
    await makeFolders(folder)
    await writeFile(temporary, content, { mode })
    await place(temporary)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw fileFailure(error, path)
  }
}
