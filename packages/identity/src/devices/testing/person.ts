/** A person with devices, for tests. */
import { KeyPair } from '../../key-pair.ts'
import {
  type Device,
  deviceHash,
  encodeDevice,
  LIST_LIFE_SECONDS,
  type SignedDeviceList,
  signDeviceList,
  successorOf,
} from '../device-list.ts'

export const NOW = 1_800_000_000

/** Returns a key that is the same for the same number. */
export function testKey(number: number): KeyPair {
  const seed = new Uint8Array(32)
  new DataView(seed.buffer).setUint32(0, number)
  return new KeyPair(seed)
}

export function testDevice(number: number, changes: Partial<Device> = {}): Device {
  return {
    name: `Device ${number}`,
    kind: 'node',
    loginKey: testKey(1000 + number).publicKey,
    messageKey: testKey(2000 + number).publicKey,
    added: NOW,
    ...changes,
  }
}

/** Signs the list after `before` with `root`, whose successor is `successor`. */
export function nextList(
  before: SignedDeviceList | null,
  root: KeyPair,
  successor: KeyPair,
  devices: readonly Device[] = [testDevice(1)],
  issued = NOW,
): SignedDeviceList {
  const content = {
    successor: successorOf(successor.publicKey),
    issued,
    expires: issued + LIST_LIFE_SECONDS,
    devices: devices.map(device => deviceHash(encodeDevice(device))),
  }
  return signDeviceList(content, before, root)
}
