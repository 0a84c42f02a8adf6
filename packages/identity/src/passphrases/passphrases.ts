/**
 * New passphrases: how hard they are to guess, and random ones. The same rule holds in pages,
 * commands and nodes.
 */
export { makePassphrase } from './make-passphrase.ts'
export { estimateStrength, isWeak, type Strength } from './strength.ts'
