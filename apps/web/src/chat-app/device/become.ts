/** The ways in which this browser becomes a device that chats. Loaded when somebody uses one. */
import type { AccountInfo, HubInfo } from '@shoal/hub-api'
import { checkAnswers } from '@shoal/hub-api/checked'
import { connectHub } from '@shoal/hub-api/client'
import { connectDevice, type DeviceClient, proveDevice } from '@shoal/hub-api/device-client'
import type { BrowserDevice } from '../../shared/identity/device-store.ts'
import {
  addThisBrowser,
  createIdentity,
  describeThisBrowser,
  fromText,
  type NewIdentity,
  rootAsDevice,
  rootOfWords,
  signerOf,
  toText,
} from '../../shared/identity/identity.ts'
import { type ChatBrowser, type ChatHub, chatBrowser, makeMessageKey, withLists } from './chat-browser.ts'

const SETTINGS = { sendReadMarks: true, sendPresence: true }

/** Asks a hub who it is. Rejects with an ApiError. */
export async function lookAtHub(url: string): Promise<{ readonly hub: ChatHub; readonly info: HubInfo }> {
  const info = await checkAnswers(connectHub({ url })).getHub({})
  return { hub: { url, name: info.name, key: info.key }, info }
}

/** Makes a person with this browser as the only device. Nothing is kept yet. */
export async function makePerson(
  hub: ChatHub,
  deviceName: string,
): Promise<NewIdentity & { readonly device: ChatBrowser }> {
  const messageKey = await makeMessageKey()
  const made = await createIdentity(deviceName, messageKey.publicKey)
  return { ...made, device: { ...made.device, hubs: [hub], messageKey, settings: SETTINGS } }
}

/** Creates the account of a person whose device this is. Rejects with an ApiError. */
export async function joinHub(
  device: ChatBrowser,
  { name, invitation }: { readonly name: string; readonly invitation: string },
): Promise<AccountInfo> {
  // First here: a key whose account the hub has made is not lost.
  await keep(device)
  return clientOf(device, device.hubs.at(-1)!).join({ name, ...(invitation !== '' && { invitation }) })
}

/** Makes this browser a device of the owner of 24 words. Rejects with an ApiError, and with `bad-words`. */
export async function addByWords(hub: ChatHub, words: string, deviceName: string): Promise<ChatBrowser> {
  const root = rootOfWords(words)
  const { lists } = await recover(hub, rootAsDevice(root, root.did))
  const messageKey = await makeMessageKey()
  const added = await addThisBrowser(root, lists.map(fromText), deviceName, messageKey.publicKey)
  const device = { ...added, hubs: [hub], messageKey, settings: SETTINGS }
  await keep(device)
  // The hub learns the new list with this login.
  await clientOf(device, hub).session()
  return device
}

/** Makes a key for this browser, which a node adds to the devices of its user. */
export async function describe(hub: ChatHub, did: string, deviceName: string): Promise<ChatBrowser> {
  const messageKey = await makeMessageKey()
  const described = await describeThisBrowser(did, deviceName, messageKey.publicKey)
  const device = { ...described, hubs: [hub], messageKey, settings: SETTINGS }
  await keep(device)
  return device
}

/**
 * Learns the newest device lists of the person from a hub. Returns the device as it was if they are known. Rejects with an ApiError: with `bad-login` until a list has this browser; and with
 * `bad-device-list`.
 */
export async function learnLists(device: ChatBrowser): Promise<ChatBrowser> {
  const { lists } = await clientOf(device, device.hubs[0]!).api.getDevices({ did: device.did })
  if (lists.at(-1) === toText(device.lists.at(-1) ?? new Uint8Array())) return device
  // The user may have changed the settings meanwhile.
  const learned = withLists((await chatBrowser.load()) ?? device, lists.map(fromText))
  await chatBrowser.save(learned)
  return learned
}

/** Logs in to a hub as this device. */
export function clientOf(device: BrowserDevice, { url }: Pick<ChatHub, 'url'>): DeviceClient {
  return connectDevice({
    ...{ url, person: device.did, device: signerOf(device), check: checkAnswers },
    ...{ description: toText(device.description), lists: () => device.lists.map(toText) },
  })
}

async function recover(
  { url }: ChatHub,
  root: BrowserDevice,
): Promise<{ readonly lists: readonly string[] }> {
  const hub = checkAnswers(connectHub({ url }))
  const proof = { url, person: root.did, device: signerOf(root), description: toText(root.description) }
  return hub.recoverDevices(await proveDevice(hub, proof))
}

async function keep(device: ChatBrowser): Promise<void> {
  await chatBrowser.save(device)
  // Otherwise browsers delete what is kept when they need room. Firefox asks the user, who may take a while.
  navigator.storage.persist?.().catch(() => {})
}
