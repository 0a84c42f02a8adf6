import {
  formatRecipient,
  formatSecretKey,
  parseRecipient,
  parseSecretKey,
} from '../../packages/identity/src/age/text.ts'
import { formatDidKey, parseDidKey } from '../../packages/identity/src/did-key.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

export const DRIVERS: Drivers = {
  'did-key': driver(parseDidKey, key => formatDidKey(key)),
  'age-recipient': driver(parseRecipient, key => formatRecipient(key)),
  'age-secret-key': driver(parseSecretKey, key => formatSecretKey(key)),
}
