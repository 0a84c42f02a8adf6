/** The user's key on this machine. */
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWholeFile } from '@shoal/daemon/files'
import { IdentityError, identityText, KeyPair, parseDidKey, toRecipientKey } from '@shoal/identity'
import { formatSecretKey } from '@shoal/identity/age'
import { loadKeyFile, saveKeyFile } from '@shoal/identity/node'
import { UsageError } from '@shoal/options'
import { makeFolders } from '@shoal/torrent/make-folders'
import { stateRoot } from '../../base/files/places.ts'
import { SHOAL } from '../../base/program.ts'
import { toShareLink } from '../../base/sealing/to-share-link.ts'
import { askSecret, type SecretOptions } from '../ask-secret.ts'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'

/** The public half, to give to others. */
export interface PublicHalf {
  readonly did: string
  readonly recipient: string
}

/** The default key file of all commands. */
export function defaultKeyFile(): string {
  return join(stateRoot(), 'identity.age')
}

/**
 * Creates a key and writes its file to `path`. Rejects with `exists` if there is one and `replace`
 * is false.
 */
export async function newKey(path: string, secret: SecretOptions, replace: boolean): Promise<PublicHalf> {
  const passphrase = await askSecret(texts.ask.newFilePassphrase, { ...secret, twice: true })
  return writeKey(path, KeyPair.generate(), passphrase, replace)
}

/**
 * Recreates the key file from the 24 words of the key. Rejects with `bad-words`, and like `newKey`.
 */
export async function restoreKey(
  path: string,
  words: Pick<SecretOptions, 'file' | 'option' | 'signal'>,
  secret: SecretOptions,
  replace: boolean,
): Promise<PublicHalf> {
  if (words.file === '-' && secret.file === '-') throw new UsageError(texts.key.bothStdin)
  const { fromSeedWords } = await import('@shoal/identity/seed-words')
  const pair = fromSeedWords(await askSecret(texts.key.askWords, words))
  const passphrase = await askSecret(texts.ask.newFilePassphrase, { ...secret, twice: true })
  return writeKey(path, pair, passphrase, replace)
}

async function writeKey(path: string, pair: KeyPair, passphrase: string, replace: boolean): Promise<KeyPair> {
  // With a lax umask, others could replace the public half and thus have shares sealed for their
  // key.
  await makeFolders(join(path, '..'), 0o700)
  await saveKeyFile(path, pair, passphrase, { replace })
  await writeWholeFile(publicFile(path), `${pair.did}\n${pair.recipient}\n`, { mode: 0o600 })
  return pair
}

/** Returns the secret key as 24 words, for paper. */
export async function seedWords(path: string, secret: SecretOptions): Promise<string> {
  const { toSeedWords } = await import('@shoal/identity/seed-words')
  return toSeedWords(await openKey(path, secret))
}

/** Returns the public half. Needs no passphrase if its file is next to the key file. */
export async function publicHalf(path: string, secret: SecretOptions): Promise<PublicHalf> {
  const [did = ''] = (await readFile(publicFile(path), 'utf8').catch(() => '')).split('\n')
  try {
    parseDidKey(did)
    return { did, recipient: toRecipientKey(did) }
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error
    return openKey(path, secret)
  }
}

/** Returns the key as an unencrypted identity file of age. */
export async function secretHalf(path: string, secret: SecretOptions): Promise<string> {
  return identityText(await openKey(path, secret))
}

/**
 * Returns the key of a share link as text for `age -i`. Throws `bad-request` if the link has none.
 */
export function linkIdentity(link: string): string {
  const seal = toShareLink(link)?.seal
  if (seal?.by !== 'key') throw new CommandFailure('bad-request', texts.key.noKey)
  return formatSecretKey(seal.key)
}

/** Asks for the passphrase. Rejects with an IdentityError. */
export async function openKey(path: string, secret: SecretOptions): Promise<KeyPair> {
  await requireKey(path)
  return loadKeyFile(path, await askSecret(texts.ask.filePassphrase({ file: path }), secret))
}

/** Rejects before asking for the passphrase of a key that does not exist. */
async function requireKey(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    error => (error as NodeJS.ErrnoException).code !== 'ENOENT',
  )
  if (!isThere) throw new CommandFailure('not-found', texts.key.noFile({ file: path, shoal: SHOAL }))
}

function publicFile(path: string): string {
  return `${path}.pub`
}
