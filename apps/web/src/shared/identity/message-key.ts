/**
 * The key with which a browser signs its messages, encrypted with a key that no script can read.
 */
import { KeyPair } from '@shoal/identity'

export interface SealedKey {
  /** AES-GCM, not extractable. */
  readonly key: CryptoKey
  readonly iv: Uint8Array<ArrayBuffer>
  readonly sealed: Uint8Array<ArrayBuffer>
  readonly publicKey: Uint8Array
}

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
