/**
 * This browser as a chat device, and its keys: no script can read those for logins, and the message
 * key is encrypted with a key that no script can read.
 */
import { deviceHash, judgeDeviceLists, readDeviceList, type SignedDeviceList } from '@shoal/identity/devices'
import { equalBytes } from '@shoal/torrent/base'
import { type BrowserDevice, DeviceStore } from '../../shared/identity/device-store.ts'
import type { SealedKey } from '../../shared/identity/message-key.ts'

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

export const chatBrowser = new DeviceStore<ChatBrowser>('shoal-chat-device')

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
