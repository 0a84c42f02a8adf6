import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { CREATE, close, lstat, open, unlink } from './fs.node.ts'
import { errnoOf } from './io-errors.ts'

/**
 * Whether the file system of a folder takes names for the same that differ in case or Unicode form. Creates a file for a moment to find out, in
 * the folder or, as long as that does not exist, the nearest one above it. Resolves to true if no file can be created there.
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
