import {
  formatRecipient,
  formatSecretKey,
  parseRecipient,
  parseSecretKey,
} from '../../packages/identity/src/age/text.ts'
import { readDelegation } from '../../packages/identity/src/delegation.ts'
import { encodeDevice } from '../../packages/identity/src/devices/device-list.ts'
import { nextList, testDevice, testKey } from '../../packages/identity/src/devices/testing/person.ts'
import { formatDidKey, parseDidKey } from '../../packages/identity/src/did-key.ts'
import {
  decodePeopleRequest,
  decodePeopleResponse,
  encodePeopleRequest,
  encodePeopleResponse,
} from '../../packages/identity/src/exchange/messages.ts'
import { readProfile } from '../../packages/identity/src/profile/profile.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

/** The device that signed the inputs, and the list that contains it. */
const SIGNER = encodeDevice(testDevice(1))
const { list: LIST } = nextList(null, testKey(1), testKey(2))

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
  profile: driver((bytes: Uint8Array) => readProfile(bytes, SIGNER, LIST)),
  'people-request': driver(decodePeopleRequest, request => encodePeopleRequest(request)),
  'people-response': driver(decodePeopleResponse, response => encodePeopleResponse(response)),
  'age-recipient': driver(parseRecipient, key => formatRecipient(key)),
  'age-secret-key': driver(parseSecretKey, key => formatSecretKey(key)),
}
