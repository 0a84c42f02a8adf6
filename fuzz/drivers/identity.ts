import {
  formatRecipient,
  formatSecretKey,
  parseRecipient,
  parseSecretKey,
} from '../../packages/identity/src/age/text.ts'
import { readDelegation } from '../../packages/identity/src/delegation.ts'
import { formatDidKey, parseDidKey } from '../../packages/identity/src/did-key.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

export const DRIVERS: Drivers = {
  'did-key': driver(parseDidKey, key => formatDidKey(key)),
  // The keys and the time of the inputs.
  delegation: driver((bytes: Uint8Array) =>
    readDelegation(bytes, {
      networkKey: new Uint8Array(32).fill(0x6e),
      recipient: new Uint8Array(32).fill(0x72),
      nowSeconds: 1_800_000_000,
    }),
  ),
  'age-recipient': driver(parseRecipient, key => formatRecipient(key)),
  'age-secret-key': driver(parseSecretKey, key => formatSecretKey(key)),
}
