/** Stores the identity of this browser as a device. */
import { KeptRecord } from '../base/kept-record.ts'

/** This browser as a device of a person (decision 014). */
export interface BrowserDevice {
  /** The person's DID. */
  readonly did: string
  /** The description of the device, in the form that device lists hash. */
  readonly description: Uint8Array
  /** The public half of the login key: Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /**
   * The secret half: not extractable, or the seed if Web Crypto is unavailable, as on pages over
   * plain HTTP.
   */
  readonly secret: CryptoKey | Uint8Array
  /** All device lists of the person that this browser knows, oldest first. */
  readonly lists: readonly Uint8Array[]
}

/** Stores at most one device per database. */
export class DeviceStore<Kept extends BrowserDevice = BrowserDevice> extends KeptRecord<Kept> {
  constructor(database: string) {
    super(database, 'device')
  }
}
