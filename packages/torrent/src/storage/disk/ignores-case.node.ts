import { randomBytes } from 'node:crypto'
import { lstatSync, opendirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errnoOf } from '../io-errors.ts'
import { CREATE, close, lstat, open, unlink } from './fs.node.ts'

/**
 * Returns whether the file system of a folder ignores case or Unicode form of names. Creates a
 * temporary file to find out, in the folder or, if that does not exist, the nearest existing one
 * above it. Resolves to true if no file can be created there.
 */
export async function ignoresCase(directory: string): Promise<boolean> {
  const name = `.shoal-${randomBytes(8).toString('hex')}-\u00e4`
  const path = join(directory, name)
  try {
    await close(await open(path, CREATE, 0o600))
  } catch (error) {
    return errnoOf(error) === 'ENOENT' && dirname(directory) !== directory
      ? ignoresCase(dirname(directory))
      : true
  }
  try {
    const others = [name.toUpperCase(), name.normalize('NFD')]
    const found = await Promise.all(
      others.map(other =>
        lstat(join(directory, other)).then(
          () => true,
          () => false,
        ),
      ),
    )
    return found.includes(true)
  } finally {
    await unlink(path).catch(() => {})
  }
}

/** Number of entries of a folder that are searched for a name with letters. */
const MOST_ENTRIES = 100

/**
 * Guesses the same without creating anything, from an existing name: in the folder or, if it has
 * none or does not exist, in the nearest one above it. Returns true if there is none.
 */
export function seemsToIgnoreCase(directory: string): boolean {
  const name = nameWithLetters(directory)
  if (name === null) return dirname(directory) === directory || seemsToIgnoreCase(dirname(directory))
  const upper = name.toUpperCase()
  try {
    const [one, other] = [name, upper === name ? name.toLowerCase() : upper].map(each =>
      lstatSync(join(directory, each), { bigint: true }),
    )
    return one!.ino === other!.ino && one!.dev === other!.dev
  } catch {
    return false
  }
}

/**
 * The first name in a folder that has letters; null if there is none, or the folder cannot be read.
 */
function nameWithLetters(directory: string): string | null {
  try {
    const entries = opendirSync(directory)
    try {
      for (let count = 0; count < MOST_ENTRIES; count++) {
        const name = entries.readSync()?.name
        if (name === undefined) return null
        if (/[a-z]/i.test(name)) return name
      }
      return null
    } finally {
      entries.closeSync()
    }
  } catch {
    return null
  }
}
