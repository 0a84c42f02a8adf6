/**
 * This browser as a chat device, and its keys: no script can read those for logins, and the message
 * key is encrypted with a key that no script can read.
 */
import { KeyPair } from '@shoal/identity'
import { deviceHash, judgeDeviceLists, readDeviceList, type SignedDeviceList } from '@shoal/identity/devices'
import { equalBytes } from '@shoal/torrent/base'
import { type BrowserDevice, DeviceStore } from '../../shared/identity/device-store.ts'

export interface ChatBrowser extends BrowserDevice {
  /** The hubs where others can find this device. */
  readonly hubs: readonly ChatHub[]
  /** The secret half of the message key. */
  readonly messageKey: SealedKey
  readonly settings: ChatSettings
}

export interface ChatHub {
  /** An origin. */
  readonly url: string
  readonly name: string
  /** `did:key` of the key with which the hub signs, as of when this device joined. */
  readonly key: string
}

export interface ChatSettings {
  readonly sendReadMarks: boolean
  readonly sendPresence: boolean
  /**
   * Whether to connect directly with devices of contacts. Devices stored by earlier versions lack
   * the setting, and do.
   */
  readonly direct?: boolean
}

interface SealedKey {
  /** AES-GCM, not extractable. */
  readonly key: CryptoKey
  readonly iv: Uint8Array<ArrayBuffer>
  readonly sealed: Uint8Array<ArrayBuffer>
  readonly publicKey: Uint8Array
}

export const chatBrowser = new DeviceStore<ChatBrowser>('shoal-chat-device')

/** Creates a message key. Its secret half leaves this function only in encrypted form. */
export async function makeMessageKey(): Promise<SealedKey> {
  const pair = KeyPair.generate()
  const { seed } = pair.exportSecret()
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, seed as Uint8Array<ArrayBuffer>),
  )
  seed.fill(0)
  return { key, iv, sealed, publicKey: pair.publicKey }
}

/** Returns the message key in the form that the chat signs with. */
export async function openMessageKey({ key, iv, sealed, publicKey }: SealedKey) {
  const seed = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed))
  return { publicKey, seed }
}

/**
 * Returns the device lists that prove whose device this is: those from the last list that the
 * person's own key signed.
 */
export function listsForCredential({ lists }: Pick<BrowserDevice, 'lists'>): readonly SignedDeviceList[] {
  const read = lists.map(readDeviceList)
  const own = read.findLastIndex(({ list }) => equalBytes(list.person, list.root))
  return read.slice(Math.max(0, own))
}

/**
 * Returns this device with all device lists of its person, as a hub returned them. Throws
 * `bad-device-list` if they do not prove that it is a device of that person.
 */
export function withLists(device: ChatBrowser, lists: readonly Uint8Array[]): ChatBrowser {
  const { list } = judgeDeviceLists(device.did, null, lists.map(readDeviceList))
  const hash = deviceHash(device.description)
  if (!list.list.devices.some(each => equalBytes(each, hash)))
    throw Object.assign(new Error('The newest device list does not contain this browser.'), {
      code: 'bad-device-list',
    })
  return { ...device, lists }
}
