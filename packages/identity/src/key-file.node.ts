/** Key files on a disk. */
import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isEncryptedIdentities, readIdentities } from './age/identity-file.ts'
import { IdentityError, type IdentityErrorCode } from './identity-error.ts'
import { type KeyFileOptions, MAX_KEY_FILE_BYTES, readKeyFile, writeKeyFile } from './key-file.ts'
import type { KeyPair } from './key-pair.ts'

export interface SaveOptions extends KeyFileOptions {
  /** Replace a key file that is there. Default false: rejects with `exists`, for a lost key cannot be made again. */
  readonly replace?: boolean
}

/** Writes a key file that its owner alone may read, as a whole or not at all. */
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
    // A link fails where something is; a rename would take its place.
    await (replace ? rename(temporary, path) : link(temporary, path))
    await syncFolder(dirname(path))
  } catch (error) {
    throw fileError(error, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Rejects as `readKeyFile` does, and with `not-found`, `no-permission` or `io`. */
export async function loadKeyFile(path: string, passphrase: string): Promise<KeyPair> {
  return readKeyFile(await loadFile(path), passphrase)
}

/**
 * The X25519 secret keys of any identity file of age, those of `age-keygen` among them. `askPassphrase` is called for one that is sealed to
 * one. Rejects as `readIdentities` does, and with `not-found`, `no-permission` or `io`.
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
    throw new IdentityError('bad-key-file', `${path} is no key file: it is too large`)
  return readFile(path)
}

/** So that the name is there after a power cut. Windows has no such thing. */
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
  exists: 'there is a key file: keep it, or name another place',
  'not-found': 'there is no such key file: shoal key new makes one',
  'no-permission': 'it may not be read or written: look at its permissions',
}

function fileError(error: unknown, path: string): IdentityError {
  if (error instanceof IdentityError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  const known = CODES[code] ?? 'io'
  return new IdentityError(known, `${path}: ${ADVICE[known] ?? message}`, { cause: error })
}
