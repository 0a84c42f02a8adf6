/**
 * Identities in the browser: new ones, those of 24 words, and logins with the key of this device.
 * Loaded when the user logs in or joins.
 */
import { base64urlnopad } from '@scure/base'
import { KeyPair } from '@shoal/identity'
import {
  type Device,
  deviceHash,
  didOf,
  encodeDevice,
  LIST_LIFE_SECONDS,
  readDeviceList,
  signDeviceList,
  successorOf,
} from '@shoal/identity/devices'
import { signLoginTokenWith } from '@shoal/identity/login'
import { unwrapWithPasskey, wrapWithPasskey } from '@shoal/identity/passkey-secret'
import { fromSeedWords, toSeedWords } from '@shoal/identity/seed-words'
import type { BrowserDevice } from './device-store.ts'

export interface NewIdentity {
  readonly device: BrowserDevice
  /** The root key as 24 words. */
  readonly words: string
  /** The key that can replace a stolen root key, as 24 words. It is not stored anywhere else. */
  readonly successorWords: string
}

/**
 * Creates a person with this browser as the only device. `messageKey`: the public half of its key
 * for chat. Default: a key whose secret half is discarded.
 */
export async function createIdentity(deviceName: string, messageKey?: Uint8Array): Promise<NewIdentity> {
  const [root, successor] = [KeyPair.generate(), KeyPair.generate()]
  const made = await makeDevice(deviceName, messageKey)
  const issued = unixSeconds()
  const list = signDeviceList(
    {
      successor: successorOf(successor.publicKey),
      ...{ issued, expires: issued + LIST_LIFE_SECONDS },
      devices: [deviceHash(made.description)],
    },
    null,
    root,
  )
  return {
    device: { did: root.did, ...made, lists: [list.bytes] },
    words: toSeedWords(root),
    successorWords: toSeedWords(successor),
  }
}

/** Returns the root key of 24 words. Throws `bad-words`. */
export function rootOfWords(words: string): KeyPair {
  return fromSeedWords(words)
}

/** The secret that a passkey computes (PRF), and the person whose root key it decrypts. */
export interface PasskeySecret {
  readonly secret: Uint8Array
  readonly did: string
}

/** Encrypts a root key, so that only the passkey can decrypt it. Returns base64url. */
export function sealRoot(root: KeyPair, by: PasskeySecret): string {
  return toText(wrapWithPasskey(root.exportSecret().seed, by))
}

/** Returns the root key that `sealRoot` encrypted. Throws `bad-key`. */
export function openRoot(sealed: string, by: PasskeySecret): KeyPair {
  return new KeyPair(unwrapWithPasskey(fromText(sealed), by))
}

/** Returns whether a root key signs the list after these. `lists`: at least one, oldest first. */
export function signsNext(root: KeyPair, lists: readonly Uint8Array[]): boolean {
  return toText(readDeviceList(lists.at(-1)!).list.root) === toText(root.publicKey)
}

/**
 * Returns the root key of a person as a device: it is not on any list, and proves only whose the
 * lists are.
 */
export function rootAsDevice(root: KeyPair, did: string): BrowserDevice {
  const { publicKey } = root
  const keys = { loginKey: publicKey, messageKey: publicKey }
  const description = encodeDevice({ name: 'root key', kind: 'browser', ...keys, added: unixSeconds() })
  return { did, description, publicKey, secret: root.exportSecret().seed, lists: [] }
}

/**
 * Creates a device for this browser that a node can add to those of the person. Until then, it is
 * not on any list.
 */
export async function describeThisBrowser(
  did: string,
  deviceName: string,
  messageKey?: Uint8Array,
): Promise<BrowserDevice> {
  return { did, ...(await makeDevice(deviceName, messageKey)), lists: [] }
}

/**
 * Adds this browser to the devices of the owner of a root key. `lists`: all lists of that person
 * that the hub knows, oldest first, at least one. Throws `bad-argument` if the person's lists are
 * signed by another key by now.
 */
export async function addThisBrowser(
  root: KeyPair,
  lists: readonly Uint8Array[],
  deviceName: string,
  messageKey?: Uint8Array,
): Promise<BrowserDevice> {
  const newest = readDeviceList(lists.at(-1)!)
  const made = await makeDevice(deviceName, messageKey)
  // The clocks of devices differ.
  const issued = Math.max(unixSeconds(), newest.list.issued)
  const next = signDeviceList(
    {
      successor: newest.list.successor,
      ...{ issued, expires: issued + LIST_LIFE_SECONDS },
      devices: [...newest.list.devices, deviceHash(made.description)],
    },
    newest,
    root,
  )
  return { did: didOf(newest.list), ...made, lists: [...lists, next.bytes] }
}

/** Returns a function that signs with the login key of a browser. */
export function signerOf({ publicKey, secret }: Pick<BrowserDevice, 'publicKey' | 'secret'>) {
  const sign = async (message: Uint8Array) =>
    secret instanceof Uint8Array
      ? new KeyPair(secret).sign(message)
      : new Uint8Array(await crypto.subtle.sign('Ed25519', secret, message as Uint8Array<ArrayBuffer>))
  return { publicKey, sign }
}

/** Signs a login at the hub that serves this page. */
export function signLogin(device: BrowserDevice, nonce: string): Promise<string> {
  const login = { person: device.did, audience: location.origin, nonce }
  return signLoginTokenWith(login, signerOf(device), unixSeconds())
}

export const toText = (bytes: Uint8Array): string => base64urlnopad.encode(bytes)
export const fromText = (text: string): Uint8Array => base64urlnopad.decode(text)

type MadeDevice = Pick<BrowserDevice, 'description' | 'publicKey' | 'secret'>

async function makeDevice(
  name: string,
  messageKey: Uint8Array = KeyPair.generate().publicKey,
): Promise<MadeDevice> {
  const { publicKey, secret } = await makeLoginKey()
  const device: Device = {
    ...{ name, kind: 'browser', loginKey: publicKey, messageKey },
    added: unixSeconds(),
  }
  return { description: encodeDevice(device), publicKey, secret }
}

async function makeLoginKey(): Promise<Pick<BrowserDevice, 'publicKey' | 'secret'>> {
  try {
    const pair = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
    return { publicKey, secret: pair.privateKey }
  } catch {
    const pair = KeyPair.generate()
    return { publicKey: pair.publicKey, secret: pair.exportSecret().seed }
  }
}

const unixSeconds = () => Math.floor(Date.now() / 1000)
