/** The ways in which this browser becomes a chat device. Loaded when one of them is used. */
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
import { makeMessageKey } from '../../shared/identity/message-key.ts'
import { type ChatBrowser, type ChatHub, chatBrowser, withLists } from './chat-browser.ts'

const SETTINGS = { sendReadMarks: true, sendPresence: true }

/** Asks a hub for its description. Rejects with an ApiError. */
export async function fetchHub(url: string): Promise<{ readonly hub: ChatHub; readonly info: HubInfo }> {
  const info = await checkAnswers(connectHub({ url })).getHub({})
  return { hub: { url, name: info.name, key: info.key }, info }
}

/** Creates a person with this browser as the only device. Nothing is stored yet. */
export async function makePerson(
  hub: ChatHub,
  deviceName: string,
): Promise<NewIdentity & { readonly device: ChatBrowser }> {
  const messageKey = await makeMessageKey()
  const made = await createIdentity(deviceName, messageKey.publicKey)
  return { ...made, device: { ...made.device, hubs: [hub], messageKey, settings: SETTINGS } }
}

/** Creates the account of the person who owns this device. Rejects with an ApiError. */
export async function joinHub(
  device: ChatBrowser,
  { name, invitation }: { readonly name: string; readonly invitation: string },
): Promise<AccountInfo> {
  // Stored before the hub is asked: a key for which the hub has created an account is not lost.
  await keep(device)
  return clientOf(device, device.hubs.at(-1)!).join({ name, ...(invitation !== '' && { invitation }) })
}

/**
 * Makes this browser a device of the person whose 24 words these are. Rejects with an ApiError, and
 * with `bad-words`.
 */
export async function addByWords(hub: ChatHub, words: string, deviceName: string): Promise<ChatBrowser> {
  const root = rootOfWords(words)
  const { lists } = await recover(hub, rootAsDevice(root, root.did))
  const messageKey = await makeMessageKey()
  const added = await addThisBrowser(root, lists.map(fromText), deviceName, messageKey.publicKey)
  const device = { ...added, hubs: [hub], messageKey, settings: SETTINGS }
  await keep(device)
  // This login sends the new list to the hub.
  await clientOf(device, hub).session()
  return device
}

/** Creates a key for this browser, for a node to add to the devices of its user. */
export async function describe(hub: ChatHub, did: string, deviceName: string): Promise<ChatBrowser> {
  const messageKey = await makeMessageKey()
  const described = await describeThisBrowser(did, deviceName, messageKey.publicKey)
  const device = { ...described, hubs: [hub], messageKey, settings: SETTINGS }
  await keep(device)
  return device
}

/**
 * Reads the newest device lists of the person from a hub. Returns the device unchanged if they are
 * known. Rejects with an ApiError: `bad-login` until a list contains this browser, and
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
  // Otherwise browsers delete the data when they need space. Firefox asks the user, who may not
  // answer soon.
  navigator.storage.persist?.().catch(() => {})
}
