/** Key files on a disk. */
import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isEncryptedIdentities, MAX_KEY_FILE_BYTES, readIdentities } from './age/identity-file.ts'
import { IdentityError, type IdentityErrorCode } from './identity-error.ts'
import { type KeyFileOptions, readKeyFile, writeKeyFile } from './key-file.ts'
import type { KeyPair } from './key-pair.ts'

export interface SaveOptions extends KeyFileOptions {
  /**
   * Replace an existing key file. Default false: rejects with `exists`, because a lost key cannot
   * be recovered.
   */
  readonly replace?: boolean
}

/** Writes a key file atomically, readable only by its owner. */
export async function saveKeyFile(
  path: string,
  keyPair: KeyPair,
  passphrase: string,
  { replace = false, ...options }: SaveOptions = {},
): Promise<void> {
  const bytes = await writeKeyFile(keyPair, passphrase, options)
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await writeSafely(temporary, bytes)
    // Linking fails if the path exists; renaming would replace it.
    await (replace ? rename(temporary, path) : link(temporary, path))
    await syncFolder(dirname(path))
  } catch (error) {
    throw fileError(error, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Reads a key file. Rejects like `readKeyFile`, and with `not-found`, `no-permission` or `io`. */
export async function loadKeyFile(path: string, passphrase: string): Promise<KeyPair> {
  return readKeyFile(await loadFile(path), passphrase)
}

/**
 * Reads the X25519 secret keys of an age identity file, such as those of `age-keygen`. Calls
 * `askPassphrase` if the file is encrypted. Rejects like `readIdentities`, and with `not-found`,
 * `no-permission` or `io`.
 */
export async function loadIdentities(
  path: string,
  askPassphrase: () => Promise<string>,
): Promise<Uint8Array[]> {
  const bytes = await loadFile(path)
  return readIdentities(bytes, isEncryptedIdentities(bytes) ? await askPassphrase() : '')
}

function loadFile(path: string): Promise<Uint8Array> {
  return readBounded(path).catch(error => {
    throw fileError(error, path)
  })
}

async function writeSafely(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function readBounded(path: string): Promise<Uint8Array> {
  const { size } = await stat(path)
  if (size > MAX_KEY_FILE_BYTES)
    throw new IdentityError('bad-key-file', `${path} is too large for a key file`)
  return readFile(path)
}

/** Makes the new name survive a power cut. Windows cannot sync folders. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const CODES: Readonly<Record<string, IdentityErrorCode>> = {
  EEXIST: 'exists',
  ENOENT: 'not-found',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
}
const ADVICE: Partial<Record<IdentityErrorCode, string>> = {
  exists: 'A key file already exists. Keep it, or choose another path.',
  'not-found': 'The key file does not exist. Create one with "shoal key new".',
  'no-permission': 'No permission to read or write it. Check its permissions.',
}

function fileError(error: unknown, path: string): IdentityError {
  if (error instanceof IdentityError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  const known = CODES[code] ?? 'io'
  return new IdentityError(known, `${path}: ${ADVICE[known] ?? message}`, { cause: error })
}
