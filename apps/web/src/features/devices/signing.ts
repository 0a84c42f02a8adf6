/**
 * Signs device lists in this page. Loaded when the user changes the list, since it contains the
 * cryptography.
 */

import type { DeviceHistory } from '@shoal/api'
import { KeyPair } from '@shoal/identity'
import {
  type Device,
  deviceHash,
  encodeDevice,
  newestList,
  parseDeviceHistory,
  readDeviceHistory,
  readDeviceText,
  signNextDevices,
  writeDeviceHistory,
} from '@shoal/identity/devices'
import { toSeedWords } from '@shoal/identity/seed-words'
import { equalBytes, hex } from '@shoal/torrent/base'
import { texts } from '../../shared/messages/texts.ts'

const t = texts.settings.devices

/** Returns the devices of the next list. */
export type Change = (devices: readonly Device[]) => readonly Device[]

export interface Successor {
  readonly publicKey: Uint8Array
  /** 24 words, known only to the user. */
  readonly words: string
}

export function makeSuccessor(): Successor {
  const pair = KeyPair.generate()
  return { publicKey: pair.publicKey, words: toSeedWords(pair) }
}

/** Signs the first list, with one device. */
export function signFirst(root: KeyPair, device: Device, successor: Successor): DeviceHistory {
  const next = { devices: [device], successor: successor.publicKey, unixSeconds: unixSeconds() }
  return toAnswer(signNextDevices(null, next, root))
}

/** Signs the next list. Throws an error for the user if the lists were signed by another key. */
export function signNext(history: DeviceHistory, root: KeyPair, change: Change): DeviceHistory {
  const known = readDeviceHistory(history)
  if (!equalBytes(newestList(known).list.root, root.publicKey)) throw new Error(t.otherKey)
  return toAnswer(
    signNextDevices(known, { devices: change(known.devices), unixSeconds: unixSeconds() }, root),
  )
}

/** Replaces the device with the same login key, or adds it. */
export function withDevice(device: Device): Change {
  return devices => [...devices.filter(each => !equalBytes(each.loginKey, device.loginKey)), device]
}

/** Returns the ID under which the node lists a device. */
export function idOf(device: Device): string {
  return hex(deviceHash(encodeDevice(device)))
}

/** Reads the code of a device. Throws `bad-device-list`. */
export function parseCode(code: string): Device {
  return readDeviceText(code.trim())
}

/** Reads the text of a device list. Throws `bad-device-list`. */
export function parseLists(text: string): DeviceHistory {
  return toAnswer(parseDeviceHistory(text.trim()))
}

function toAnswer(history: Parameters<typeof writeDeviceHistory>[0]): DeviceHistory {
  const { lists, devices } = writeDeviceHistory(history)
  return { lists: [...lists], devices: [...devices] }
}

const unixSeconds = () => Math.floor(Date.now() / 1000)
