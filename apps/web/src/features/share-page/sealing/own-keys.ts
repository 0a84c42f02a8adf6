import { isEncryptedIdentities, parseIdentities, x25519Identity } from '@shoal/identity/age'
import type { Unlock } from '@shoal/sealed'
import { texts } from '../../../shared/messages/sealing.ts'
import { askWorker } from './ask-worker.ts'

/** Larger than any key file: a file that was chosen by mistake is not read completely. */
const MOST_BYTES = 64 * 1024

export interface GivenKey {
  /** Content of a key file. */
  readonly file: Uint8Array | null
  readonly passphrase: string
  /** A secret key, or the whole text of an identity file. */
  readonly pasted: string
}

export async function readKeyBytes(file: Blob): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(0, MOST_BYTES).arrayBuffer())
}

/** Whether the user has to enter a passphrase. */
export const isEncryptedKey = isEncryptedIdentities

/**
 * Returns the identities that open shares sealed to these keys. Rejects with the problem if a key
 * is invalid.
 */
export async function readIdentities({
  file,
  passphrase,
  pasted,
}: GivenKey): Promise<NonNullable<Unlock['identities']>> {
  return (await secretKeys({ file, passphrase, pasted })).map(x25519Identity)
}

async function secretKeys({ file, passphrase, pasted }: GivenKey): Promise<readonly Uint8Array[]> {
  if (file) return askWorker({ kind: 'read-keys', bytes: file, passphrase })
  if (pasted.trim() === '') throw new Error(texts.own.nothing)
  return parseIdentities(pasted)
}
