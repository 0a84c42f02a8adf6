/** A person with devices, a profile and certificates, for tests. */
import { KeyPair, signDelegation } from '@shoal/identity'
import { type Device, type DeviceHistory, newestList, signNextDevices } from '@shoal/identity/devices'
import { type ProfileContent, signProfile } from '@shoal/identity/profile'

export const NOW = 1_800_000_000

export class TestPerson {
  readonly root = KeyPair.generate()
  readonly next = KeyPair.generate()
  readonly message = KeyPair.generate()
  readonly device: Device = {
    ...{ name: 'node', kind: 'node', added: NOW },
    loginKey: KeyPair.generate().publicKey,
    messageKey: this.message.publicKey,
  }
  history: DeviceHistory

  constructor() {
    this.history = this.after(null)
  }

  get did(): string {
    return this.root.did
  }

  get lists() {
    return this.history.lists
  }

  /** Signs a list that continues a history, without making it the person's own. */
  after(
    history: DeviceHistory | null,
    { signer = this.root, successor = this.next, devices = [this.device] }: Partial<Signing> = {},
  ): DeviceHistory {
    // A list in between names the same successor.
    const named = history && signer === this.root ? {} : { successor: successor.publicKey }
    return signNextDevices(history, { devices, unixSeconds: NOW, ...named }, signer)
  }

  /** Signs the next list. */
  sign(changes: Partial<Signing> = {}): this {
    this.history = this.after(this.history, changes)
    return this
  }

  /** The successor replaces the root key in one of the lists. */
  rotate(kept = this.lists.length): this {
    const lists = this.lists.slice(0, kept)
    this.history = this.after(
      { lists, devices: this.history.devices },
      { signer: this.next, successor: KeyPair.generate() },
    )
    return this
  }

  profile(content: Partial<ProfileContent>, version: number) {
    const { list } = newestList(this.history)
    const signed = signProfile({ name: null, picture: null, ...content }, version, {
      ...{ list, device: this.device, signer: this.message },
    })
    return { ...signed, version }
  }

  /** Returns a certificate for two network keys in hex. */
  certificate(networkKey: string, recipient: string): Uint8Array {
    const [notBefore, notAfter] = [NOW - 3600, NOW + 86_400]
    const keys = { networkKey: Buffer.from(networkKey, 'hex'), recipient: Buffer.from(recipient, 'hex') }
    return signDelegation({ ...keys, notBefore, notAfter }, this.root)
  }
}

interface Signing {
  readonly signer: KeyPair
  readonly successor: KeyPair
  readonly devices: readonly Device[]
}
