/**
 * Gets the means to open a sealed share: the key in its link, a passphrase, or the user's key file.
 */
import { x25519Identity } from '@shoal/identity/age'
import { loadIdentities } from '@shoal/identity/node'
import type { Seal } from '@shoal/links'
import type { Unlock } from '@shoal/sealed'
import { askSecret } from '../ask-secret.ts'
import { texts } from '../texts.ts'
import { defaultKeyFile } from './keys.ts'
import { refuseUnlock } from './unlock-options.ts'

export interface UnlockOptions {
  readonly passphraseFile?: string | undefined
  readonly keyFile?: string | undefined
}

/**
 * Asks for a passphrase if needed. Rejects with UsageError, Failure or IdentityError
 * (`wrong-passphrase`).
 */
export async function unlockFor(
  by: Seal['by'],
  key: Uint8Array | undefined,
  options: UnlockOptions,
  signal: AbortSignal,
): Promise<Unlock> {
  const { passphraseFile, keyFile = defaultKeyFile() } = options
  const { keyInLink, byPassphrase } = texts.unlockOptions
  if (by === 'key') refuseUnlock(options, ['passphraseFile', 'keyFile'], keyInLink)
  if (by === 'passphrase') refuseUnlock(options, ['keyFile'], byPassphrase)
  if (by === 'key') return key ? { key } : {}
  const secret = { file: passphraseFile, option: '--passphrase-file', signal }
  if (by === 'passphrase') return { passphrase: await askSecret(texts.ask.sharePassphrase, secret) }
  const keys = await loadIdentities(keyFile, () =>
    askSecret(texts.ask.filePassphrase({ file: keyFile }), secret),
  )
  return { identities: keys.map(x25519Identity) }
}
