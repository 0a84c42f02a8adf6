/** Sends notes to the inboxes of devices (see sealed-note.ts). */
import { equalBytes } from '@shoal/torrent/base'
import { readKeyPackage } from '../groups/key-packages.ts'
import type { Given } from './given.ts'
import type { DeviceAddress } from './ports.ts'
import { type NoteKind, sealNote } from './sealed-note.ts'

/** Most devices that receive a note: each costs one of their key packages. */
const MAX_TOLD = 8

/**
 * Returns the other devices of this person. Null if this one is not in the newest list. Rejects
 * while the hub gives no answer.
 */
export async function otherOwnDevices(
  { own, ports }: Given,
  home: string,
): Promise<readonly DeviceAddress[] | null> {
  const list = (await ports.people.find(own.did, home))?.list?.list
  if (!list?.devices.some(hash => equalBytes(hash, own.hash))) return null
  return list.devices.filter(hash => !equalBytes(hash, own.hash)).map(device => ({ did: own.did, device }))
}

/**
 * Sends a note to the first of these devices that have key packages at the hub `home`. Rejects
 * while the hub does not answer.
 */
export async function sendNotes(
  given: Given,
  home: string,
  kind: NoteKind,
  fields: Uint8Array,
  to: readonly DeviceAddress[],
): Promise<void> {
  const { ports, suite } = given
  for (const each of to.slice(0, MAX_TOLD)) {
    const receiver = await receiverOf(given, home, each)
    if (!receiver) continue
    const bytes = await sealNote(suite, kind, receiver, fields, given)
    await ports.inboxes.deliver(each, home, ports.random.bytes(16), bytes)
  }
}

/** Takes a key package of a device. Null if it has none, or the hub returned another device's. */
export async function receiverOf({ ports, suite }: Given, home: string, to: DeviceAddress) {
  const bytes = await ports.keyPackages.take(to, home)
  if (!bytes) return null
  const unixSeconds = Math.floor(ports.clock.unixMs() / 1000)
  const read = await readKeyPackage(suite, bytes, unixSeconds).catch(() => null)
  if (!read || read.device.did !== to.did || !equalBytes(read.device.hash, to.device)) return null
  return { ref: read.ref, initKey: read.keyPackage.initKey }
}
