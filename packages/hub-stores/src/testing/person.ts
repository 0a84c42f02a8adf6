/** A person with devices, for tests. */
import { KeyPair } from '@shoal/identity'
import {
  deviceHash,
  encodeDevice,
  LIST_LIFE_SECONDS,
  type SignedDeviceList,
  signDeviceList,
  successorOf,
} from '@shoal/identity/devices'

const ISSUED = 1_800_000_000

/** Creates a person with a root key, its successor, and lists. */
export function person() {
  const [root, successor, last] = [KeyPair.generate(), KeyPair.generate(), KeyPair.generate()]
  const next = (
    before: SignedDeviceList | null,
    devices: readonly Uint8Array[],
    [signer, after]: readonly [KeyPair, KeyPair] = [root, successor],
  ) =>
    signDeviceList(
      {
        successor: successorOf(after.publicKey),
        issued: ISSUED,
        expires: ISSUED + LIST_LIFE_SECONDS,
        devices: devices.map(deviceHash),
      },
      before,
      signer,
    )
  return { did: root.did, next, takeover: [successor, last] as const }
}

export function device(name: string): Uint8Array {
  const keys = { loginKey: KeyPair.generate().publicKey, messageKey: KeyPair.generate().publicKey }
  return encodeDevice({ name, kind: 'node', added: ISSUED, ...keys })
}
