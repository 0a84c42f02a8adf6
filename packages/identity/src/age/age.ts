/** Keys of age files, for code that reads and writes such files. */
export { isEncryptedIdentities, parseIdentities, readIdentities } from './identity-file.ts'
export { DEFAULT_WORK_FACTOR, passphraseIdentity, passphraseRecipient } from './passphrase.ts'
export { formatRecipient, formatSecretKey, parseRecipient, parseSecretKey } from './text.ts'
export { x25519Identity, x25519PublicKey, x25519Recipient } from './x25519.ts'
