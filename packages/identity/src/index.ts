/**
 * Identities: key pairs for signatures and for sealing data to their owners.
 *
 * ```ts
 * import { KeyPair, verify } from '@shoal/identity'
 *
 * const me = KeyPair.generate()
 * const message = new TextEncoder().encode('hello')
 * verify(me.did, message, me.sign(message)) // true
 * ```
 *
 * @packageDocumentation
 */
export { type Delegation, MAX_DELEGATION_SECONDS, readDelegation, signDelegation } from './delegation.ts'
export { formatDidKey, parseDidKey } from './did-key.ts'
export { IdentityError, type IdentityErrorCode } from './identity-error.ts'
export { identityText, type KeyFileOptions, readIdentityText, readKeyFile, writeKeyFile } from './key-file.ts'
export { KeyPair, verify } from './key-pair.ts'
export { recipientKey, toRecipientKey } from './recipient.ts'
