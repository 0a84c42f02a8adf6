import { randomBytes } from 'node:crypto'
import { chmod, link, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, fileFailure } from '@shoal/daemon/failure'

/**
 * Reads the node's token from the file `token` in the data folder, which is created at the first
 * start and readable only by its owner.
 */
export async function openToken(dataDirectory: string): Promise<string> {
  const path = join(dataDirectory, 'token')
  return (await readToken(path)) ?? (await makeToken(path))
}

async function readToken(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw fileFailure(error, path)
  })
  if (text === null) return null
  const token = text.trim()
  if (!/^[\w-]{32,256}$/.test(token))
    throw new Failure(
      'bad-token',
      `${path} does not contain a token: delete it, and the node creates a new one when it starts`,
    )
  // A copy or a backup may have widened the permissions.
  await chmod(path, 0o600).catch(() => {})
  return token
}

async function makeToken(path: string): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(draft, `${token}\n`, { mode: 0o600, flush: true })
    // A link is created atomically, and never replaces the token of a concurrent start.
    await link(draft, path)
    return token
  } catch (error) {
    const other = (error as NodeJS.ErrnoException).code === 'EEXIST' ? await readToken(path) : null
    if (other !== null) return other
    throw fileFailure(error, path)
  } finally {
    await unlink(draft).catch(() => {})
  }
}
