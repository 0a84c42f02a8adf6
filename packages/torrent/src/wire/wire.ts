/** Everything between peer messages and bytes; no I/O, no timers, no sockets. */
export * from './allowed-fast.ts'
export * from './compact-peers.ts'
export * from './encrypted-connection.ts'
export {
  type EncryptionMethod,
  type EncryptionOutcome,
  type EncryptionStep,
  obfuscatedInfoHash,
} from './encryption/encryption.ts'
export { EncryptionInitiator } from './encryption/initiator.ts'
export { Rc4 } from './encryption/rc4.ts'
export { EncryptionResponder } from './encryption/responder.ts'
export * from './extensions/extended-handshake.ts'
export * from './extensions/small-extensions.ts'
export * from './extensions/ut-metadata.ts'
export * from './extensions/ut-pex.ts'
export * from './handshake.ts'
export * from './message-parser.ts'
export * from './message-writer.ts'
export * from './messages.ts'
export * from './negotiate-encryption.ts'
export * from './peer-id.ts'
