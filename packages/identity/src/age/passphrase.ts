/**
 * Encryption with a passphrase: age's scrypt recipient, computed outside the event loop and with a
 * limit on its work.
 */
import { randomBytes } from '@noble/hashes/utils.js'
import { base64nopad } from '@scure/base'
import { type Identity, type Recipient, Stanza } from 'age-encryption'
import { MAX_WORK_FACTOR, scrypt } from '#scrypt'
import { IdentityError } from '../identity-error.ts'
import { argumentBytes, malformed, unwrapKey, wrapKey } from './wrap.ts'

/** The same as in Debian's age: about a second of work with 256 MiB of memory. */
export const DEFAULT_WORK_FACTOR = 18
const LABEL = new TextEncoder().encode('age-encryption.org/v1/scrypt')
const SALT_BYTES = 16

/** Creates a recipient for a passphrase. `workFactor` is the base-2 logarithm of scrypt's N. */
export function passphraseRecipient(passphrase: string, workFactor = DEFAULT_WORK_FACTOR): Recipient {
  if (passphrase === '') throw new IdentityError('bad-argument', 'The passphrase is empty. Choose one.')
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(SALT_BYTES)
      const key = await scrypt(passphrase, addLabel(salt), workFactor)
      return [new Stanza(['scrypt', base64nopad.encode(salt), String(workFactor)], wrapKey(fileKey, key))]
    },
  }
}

/** Creates an identity that opens files encrypted with `passphraseRecipient` or `age -p`. */
export function passphraseIdentity(passphrase: string): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const stanza = stanzas.find(({ args }) => args[0] === 'scrypt')
      if (!stanza) return null
      const [, salt, work = '', more] = stanza.args
      // The specification requires the stanza to be alone, so that the file is authenticated by the
      // passphrase.
      if (stanzas.length !== 1 || more !== undefined || !/^[1-9][0-9]?$/.test(work)) throw malformed()
      if (Number(work) > MAX_WORK_FACTOR)
        throw new IdentityError(
          'too-much-work',
          'Opening this would take more memory than allowed for a passphrase. Ask for it sealed with a lower work factor.',
        )
      const key = await scrypt(passphrase, addLabel(argumentBytes(salt, SALT_BYTES)), Number(work))
      return unwrapKey(stanza.body, key)
    },
  }
}

function addLabel(salt: Uint8Array): Uint8Array {
  return Uint8Array.from([...LABEL, ...salt])
}
