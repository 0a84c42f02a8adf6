/** Where this browser keeps what makes it a device. */
import { KeptRecord } from '../base/kept-record.ts'

/** This browser as a device of a person (decision 014). */
export interface BrowserDevice {
  /** The person's DID. */
  readonly did: string
  /** The description of the device, as lists of devices hash it. */
  readonly description: Uint8Array
  /** The public half of the login key. Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /** The secret half: one that the browser never shows, or the seed where Web Crypto is missing, as on pages over plain HTTP. */
  readonly secret: CryptoKey | Uint8Array
  /** All device lists of the person, oldest first, as this browser knows them. */
  readonly lists: readonly Uint8Array[]
}

/** A browser keeps at most one device in a database. */
export class DeviceStore<Kept extends BrowserDevice = BrowserDevice> extends KeptRecord<Kept> {
  constructor(database: string) {
    super(database, 'device')
  }
}
