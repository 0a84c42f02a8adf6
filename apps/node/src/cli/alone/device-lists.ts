/** The user's device lists on this machine, next to the key file. They are not secret. */
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeWholeFile } from '@shoal/daemon/files'
import { IdentityError, KeyPair } from '@shoal/identity'
import {
  type Device,
  type DeviceHistory,
  type DeviceHistoryText,
  didOf,
  judgeDeviceLists,
  newestList,
  readDeviceHistory,
  writeDeviceHistory,
} from '@shoal/identity/devices'
import { loadKeyFile, saveKeyFile } from '@shoal/identity/node'
import { makeFolders } from '@shoal/torrent/make-folders'
import { readTerminalKeys, writeTerminalKeys } from '../client/device-login.ts'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'

function listsFile(keyFile: string): string {
  return `${keyFile}.devices`
}

/**
 * Path of the key that signs lists after the first root key was replaced. The old key file is kept,
 * since it opens shares sealed for its owner.
 */
export function replacedRootFile(keyFile: string): string {
  return `${keyFile}.root`
}

/** Returns null if there is no list yet. Rejects with `bad-device-list`. */
export async function readLists(keyFile: string): Promise<DeviceHistory | null> {
  const text = await readFile(listsFile(keyFile), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return readDeviceHistory(JSON.parse(text) as DeviceHistoryText)
  } catch (error) {
    if (error instanceof IdentityError) throw error
    throw new CommandFailure('bad-device-list', texts.devices.badLists({ file: listsFile(keyFile) }))
  }
}

export async function writeLists(keyFile: string, history: DeviceHistory): Promise<void> {
  // With a lax umask, others could replace the lists and thus bring back a removed device.
  await makeFolders(dirname(keyFile), 0o700)
  await writeWholeFile(listsFile(keyFile), JSON.stringify(writeDeviceHistory(history)), { mode: 0o600 })
}

/**
 * Returns the newer of two histories of a person. If they contradict each other, throws
 * `bad-device-list`, or returns that of this machine for a rotation, which resolves the
 * contradiction. Throws `conflict` if one belongs to another person.
 */
export function newerHistory(
  did: string,
  here: DeviceHistory | null,
  there: DeviceHistory | null,
  { isRotation = false } = {},
): DeviceHistory | null {
  for (const history of [here, there])
    if (history && didOf(newestList(history).list) !== did)
      throw new CommandFailure(
        'conflict',
        texts.devices.otherPerson({ did: didOf(newestList(history).list), own: did }),
      )
  if (!here || !there) return here ?? there
  const verdict = judgeDeviceLists(did, newestList(here), there.lists)
  if (verdict.kind === 'forked' && !isRotation)
    throw new CommandFailure('bad-device-list', texts.devices.forked)
  return verdict.kind === 'newer' ? there : here
}

/**
 * Opens the key that currently signs: the key file, or the successor that replaced it. `ask` asks
 * for the passphrase of a file.
 */
export async function openRoot(
  keyFile: string,
  history: DeviceHistory | null,
  ask: (file: string) => Promise<string>,
): Promise<KeyPair> {
  const list = history && newestList(history).list
  const isReplaced = list !== null && !Buffer.from(list.root).equals(list.person)
  const file = isReplaced ? replacedRootFile(keyFile) : keyFile
  return loadKeyFile(file, await ask(file))
}

export async function saveReplacedRoot(keyFile: string, pair: KeyPair, passphrase: string): Promise<void> {
  await saveKeyFile(replacedRootFile(keyFile), pair, passphrase, { replace: true })
}

/**
 * Describes this machine's command line as a device, creating keys if there are none for this
 * person.
 */
export async function describeTerminal(name: string, person: string, added: number): Promise<Device> {
  let keys = await readTerminalKeys()
  if (keys?.person !== person) {
    const seed = () => Buffer.from(KeyPair.generate().exportSecret().seed).toString('hex')
    keys = { person, login: seed(), message: seed() }
    await writeTerminalKeys(keys)
  }
  const [login, message] = [keys.login, keys.message].map(seed => new KeyPair(Buffer.from(seed, 'hex')))
  const publicKeys = { loginKey: login!.publicKey, messageKey: message!.publicKey }
  return { name, kind: 'terminal', ...publicKeys, added }
}
