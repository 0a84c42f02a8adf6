/**
 * Login with the key of this browser, with a passkey, or with an invitation. Loaded when one of
 * them is used.
 */
import type { AccountInfo } from '@shoal/hub-api'
import type { HubApi } from '@shoal/hub-api/client'
import type { KeyPair } from '@shoal/identity'
import type { BrowserDevice } from '../../shared/identity/device-store.ts'
import {
  addThisBrowser,
  fromText,
  openRoot,
  type PasskeySecret,
  rootAsDevice,
  rootOfWords,
  signLogin,
  toText,
} from '../../shared/identity/identity.ts'
import { ownDevice } from './own-device.ts'

/** Logs in with the key of this browser. Rejects with an ApiError. */
export async function loginWithDevice(api: HubApi, device: BrowserDevice): Promise<AccountInfo> {
  const { account } = await api.loginWithDevice({
    ...(await proofOf(api, device)),
    lists: device.lists.map(toText),
  })
  if (device.lists.length === 0) await learnLists(api, device)
  return account
}

/** Reads the lists of the person from the hub, after a node has added this browser to one. */
async function learnLists(api: HubApi, device: BrowserDevice): Promise<void> {
  const { lists } = await api.getDevices({ did: device.did })
  await ownDevice.save({ ...device, lists: lists.map(fromText) })
}

/**
 * Creates an account for a new person, and logs in unless the account waits for approval. Rejects
 * with an ApiError.
 */
export async function joinHub(
  api: HubApi,
  device: BrowserDevice,
  { name, invitation }: { readonly name: string; readonly invitation: string | null },
): Promise<AccountInfo> {
  const { account } = await api.join({
    ...(await proofOf(api, device)),
    name,
    lists: device.lists.map(toText),
    ...(invitation !== null && { invitation }),
  })
  return account
}

/**
 * Makes this browser a device of the person whose 24 words these are, and logs in. Rejects with an
 * ApiError, and with `bad-words`.
 */
export async function loginWithWords(api: HubApi, words: string, deviceName: string): Promise<AccountInfo> {
  const root = rootOfWords(words)
  return loginWithDevice(api, await becomeDevice(api, root, { did: root.did, deviceName }))
}

/**
 * Makes this browser, which logged in with a passkey, a device of the person whose root key the
 * passkey decrypted, and logs in as that device. Rejects with an ApiError, and with `bad-key`.
 */
export async function keepWithPasskey(
  api: HubApi,
  { sealed, deviceName, ...by }: PasskeySecret & { readonly sealed: string; readonly deviceName: string },
): Promise<AccountInfo> {
  const device = await becomeDevice(api, openRoot(sealed, by), { did: by.did, deviceName })
  // The session of the device replaces that of the passkey.
  await api.logout({})
  return loginWithDevice(api, device)
}

/** Adds this browser to the device list of a person, and stores its keys in the browser. */
async function becomeDevice(
  api: HubApi,
  root: KeyPair,
  { did, deviceName }: { readonly did: string; readonly deviceName: string },
): Promise<BrowserDevice> {
  const { lists } = await api.recoverDevices(await proofOf(api, rootAsDevice(root, did)))
  const device = await addThisBrowser(root, lists.map(fromText), deviceName)
  // Stored before the hub is asked, so that the hub never lists a device whose key is lost.
  await ownDevice.save(device)
  return device
}

async function proofOf(api: HubApi, device: BrowserDevice) {
  const { nonce } = await api.createChallenge({})
  const token = await signLogin(device, nonce)
  return {
    nonce,
    audience: location.origin,
    token,
    device: toText(device.description),
    place: 'cookie' as const,
  }
}
