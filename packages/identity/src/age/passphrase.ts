/** Sealed to a passphrase: age's scrypt recipient, with the work done beside the event loop, and bounded. */
import { randomBytes } from '@noble/hashes/utils.js'
import { base64nopad } from '@scure/base'
import { type Identity, type Recipient, Stanza } from 'age-encryption'
import { MAX_WORK_FACTOR, scrypt } from '#scrypt'
import { IdentityError } from '../identity-error.ts'
import { argumentBytes, malformed, unwrapKey, wrapKey } from './wrap.ts'

/** As Debian's age: about a second, and 256 MiB of memory while it lasts. */
export const DEFAULT_WORK_FACTOR = 18
const LABEL = new TextEncoder().encode('age-encryption.org/v1/scrypt')
const SALT_BYTES = 16

/** `workFactor`: the logarithm, to the base 2, of scrypt's N. */
export function passphraseRecipient(passphrase: string, workFactor = DEFAULT_WORK_FACTOR): Recipient {
  if (passphrase === '') throw new IdentityError('bad-argument', 'the passphrase is empty: choose one')
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(SALT_BYTES)
      const key = await scrypt(passphrase, labelled(salt), workFactor)
      return [new Stanza(['scrypt', base64nopad.encode(salt), String(workFactor)], wrapKey(fileKey, key))]
    },
  }
}

/** Opens what `passphraseRecipient` and `age -p` seal. */
export function passphraseIdentity(passphrase: string): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const stanza = stanzas.find(({ args }) => args[0] === 'scrypt')
      if (!stanza) return null
      const [, salt, work = '', more] = stanza.args
      // The standard: alone in its header, or who sent the file could not be told.
      if (stanzas.length !== 1 || more !== undefined || !/^[1-9][0-9]?$/.test(work)) throw malformed()
      if (Number(work) > MAX_WORK_FACTOR)
        throw new IdentityError(
          'too-much-work',
          'opening this would take more memory than is given to a passphrase: ask for it sealed in the usual way',
        )
      const key = await scrypt(passphrase, labelled(argumentBytes(salt, SALT_BYTES)), Number(work))
      return unwrapKey(stanza.body, key)
    },
  }
}

function labelled(salt: Uint8Array): Uint8Array {
  return Uint8Array.from([...LABEL, ...salt])
}
