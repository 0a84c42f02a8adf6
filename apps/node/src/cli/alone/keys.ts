/** The user's key on this machine. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { IdentityError, identityText, KeyPair, parseDidKey, recipientOf } from '@shoal/identity'
import { formatSecretKey } from '@shoal/identity/age'
import { loadKeyFile, saveKeyFile } from '@shoal/identity/node'
import { Failure } from '../../base/failure.ts'
import { makeFolders } from '../../base/files/make-folders.ts'
import { stateRoot } from '../../base/files/places.ts'
import { writeWholeFile } from '../../base/files/write-file.ts'
import { shareOf } from '../../base/sealing/share-of.ts'
import { askSecret, type SecretOptions } from '../ask-secret.ts'

/** What others are told. */
export interface PublicHalf {
  readonly did: string
  readonly recipient: string
}

/** Where `shoal key new` writes and all others look, unless another file is named. */
export function defaultKeyFile(): string {
  return join(stateRoot(), 'identity.age')
}

/** Makes a key, and its file at `path`. Rejects with `exists` when there is one and `replace` is not set. */
export async function newKey(path: string, secret: SecretOptions, replace: boolean): Promise<PublicHalf> {
  const passphrase = await askSecret('Passphrase for the key file', { ...secret, twice: true })
  const pair = KeyPair.generate()
  await makeFolders(join(path, '..'))
  await saveKeyFile(path, pair, passphrase, { replace })
  await writeWholeFile(publicFile(path), `${pair.did}\n${pair.recipient}\n`)
  return pair
}

/** Without a passphrase where the public half lies beside the key file. */
export async function publicHalf(path: string, secret: SecretOptions): Promise<PublicHalf> {
  const [did = ''] = (await readFile(publicFile(path), 'utf8').catch(() => '')).split('\n')
  try {
    parseDidKey(did)
    return { did, recipient: recipientOf(did) }
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error
    return openKey(path, secret)
  }
}

/** The identity file of age, in the clear. */
export async function secretHalf(path: string, secret: SecretOptions): Promise<string> {
  return identityText(await openKey(path, secret))
}

/** The key in a share link as text, as `age -i` reads it. Throws `bad-request` for a link without one. */
export function linkIdentity(link: string): string {
  const seal = shareOf(link)?.seal
  if (seal?.by !== 'key') throw new Failure('bad-request', 'there is no key in this: give the whole link')
  return formatSecretKey(seal.key)
}

/** Asks for the passphrase. Rejects with an IdentityError. */
export async function openKey(path: string, secret: SecretOptions): Promise<KeyPair> {
  return loadKeyFile(path, await askSecret(`Passphrase of ${path}`, secret))
}

function publicFile(path: string): string {
  return `${path}.pub`
}
