/**
 * All device lists of a person, kept by the person's own devices and nodes. Others keep lists
 * only.
 */
import { base64urlnopad } from '@scure/base'
import { equalKeys } from '../equal-keys.ts'
import { IdentityError } from '../identity-error.ts'
import {
  type Device,
  deviceHash,
  didOf,
  encodeDevice,
  LIST_LIFE_SECONDS,
  MAX_DEVICE_BYTES,
  MAX_DEVICES,
  MAX_LIST_BYTES,
  readDevice,
  readDeviceList,
  type SignedDeviceList,
  signDeviceList,
  successorOf,
} from './device-list.ts'
import { judgeDeviceLists } from './judge-device-lists.ts'
import type { Signer } from './signed-cbor.ts'

/** Maximum number of lists in a history. */
export const MAX_LISTS = 256

export interface DeviceHistory {
  /** The first list and all that follow, without gaps. */
  readonly lists: readonly SignedDeviceList[]
  /** The devices of the last list, in its order. */
  readonly devices: readonly Device[]
}

/** A history as text: signed lists and descriptions of devices in base64url. */
export interface DeviceHistoryText {
  readonly lists: readonly string[]
  readonly devices: readonly string[]
}

/** Returns the newest list. */
export function newestList({ lists }: DeviceHistory): SignedDeviceList {
  return lists.at(-1)!
}

/**
 * Checks everything: each signature, that the lists follow each other from the first one on, and
 * that each device is described. Throws `bad-device-list`.
 */
export function readDeviceHistory({ lists: texts, devices: described }: DeviceHistoryText): DeviceHistory {
  if (texts.length === 0 || texts.length > MAX_LISTS) throw bad(`A history has 1 to ${MAX_LISTS} lists`)
  if (described.length > MAX_DEVICES) throw bad('It has too many devices')
  const lists = texts.map(text => readDeviceList(decode(text, MAX_LIST_BYTES)))
  const [first] = lists
  if (first!.list.sequence !== 0) throw bad('The first list is missing')
  const { list } = judgeDeviceLists(didOf(first!.list), null, lists)
  const all = described.map(text => decode(text, MAX_DEVICE_BYTES))
  const devices = list.list.devices.map(hash => {
    const found = all.find(bytes => equalKeys(deviceHash(bytes), hash))
    if (!found) throw bad('The description of a device is missing')
    return readDevice(found)
  })
  if (all.length !== devices.length) throw bad('It describes devices that the newest list does not have')
  return { lists, devices }
}

/**
 * Reads a history as JSON, in which form its owner carries it from one node to another. Throws
 * `bad-device-list`.
 */
export function parseDeviceHistory(json: string): DeviceHistory {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw bad('This is not the text of a device list', cause)
  }
  const { lists, devices } = (value ?? {}) as Partial<Record<keyof DeviceHistoryText, unknown>>
  if (!isTexts(lists) || !isTexts(devices)) throw bad('This is not the text of a device list')
  return readDeviceHistory({ lists, devices })
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === 'string')
}

/** Returns the input of `readDeviceHistory`. */
export function writeDeviceHistory({ lists, devices }: DeviceHistory): DeviceHistoryText {
  return {
    lists: lists.map(({ bytes }) => base64urlnopad.encode(bytes)),
    devices: devices.map(writeDeviceText),
  }
}

/** The description of a device as text, in base64url. */
export function writeDeviceText(device: Device): string {
  return base64urlnopad.encode(encodeDevice(device))
}

/** Reads the output of `writeDeviceText`. Throws `bad-device-list`. */
export function readDeviceText(text: string): Device {
  return readDevice(decode(text, MAX_DEVICE_BYTES))
}

export interface NextDevices {
  readonly devices: readonly Device[]
  /**
   * The public half of the key that may replace the signer: for the first list, and for one that a
   * successor signs. Ed25519, 32 bytes.
   */
  readonly successor?: Uint8Array
  /** Unix time in seconds: now. */
  readonly unixSeconds: number
}

/**
 * Signs the next list, or the first one. Throws `bad-argument`, as `signDeviceList` does, and if
 * the history is full.
 */
export function signNextDevices(
  history: DeviceHistory | null,
  { devices, successor, unixSeconds }: NextDevices,
  signer: Signer,
): DeviceHistory {
  const before = history && newestList(history)
  if (history && history.lists.length >= MAX_LISTS)
    throw new IdentityError('bad-argument', `There are ${MAX_LISTS} device lists already, which is the most`)
  const named = successor ? successorOf(successor) : before?.list.successor
  if (!named) throw new IdentityError('bad-argument', 'The first device list needs a successor of the key')
  // Clocks of devices differ.
  const issued = Math.max(unixSeconds, before?.list.issued ?? 0)
  const next = {
    ...{ successor: named, issued, expires: issued + LIST_LIFE_SECONDS },
    devices: devices.map(device => deviceHash(encodeDevice(device))),
  }
  const list = signDeviceList(next, before, signer)
  return { lists: [...(history?.lists ?? []), list], devices }
}

function decode(text: string, maxBytes: number): Uint8Array {
  if (text.length > Math.ceil((4 * maxBytes) / 3)) throw bad('It is too long')
  try {
    return base64urlnopad.decode(text)
  } catch (cause) {
    throw bad('It is not in base64url', cause)
  }
}

function bad(why: string, cause?: unknown): IdentityError {
  return new IdentityError('bad-device-list', `These device lists cannot be used. ${why}.`, { cause })
}
