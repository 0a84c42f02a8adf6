/** Devices of persons, and a log that orders their posts, for tests. */
import { randomBytes } from 'node:crypto'
import { KeyPair } from '@shoal/identity'
import {
  type Device,
  deviceHash,
  encodeDevice,
  LIST_LIFE_SECONDS,
  type SignedDeviceList,
  signDeviceList,
  successorOf,
} from '@shoal/identity/devices'
import { equalBytes } from '@shoal/torrent/base'
import { openSuite } from '#open-suite'
import { deviceCredential, type GroupDevice, readCredential } from '../groups/credential.ts'
import { Group, type GroupChange, type GroupOwner, type Opened } from '../groups/group.ts'
import {
  type ForeignKeyPackage,
  makeKeyPackage,
  type OwnDevice,
  type OwnKeyPackage,
  readKeyPackage,
} from '../groups/key-packages.ts'

export const suite = await openSuite()
export const NOW = Math.floor(Date.now() / 1000)

export class TestPerson {
  readonly root = KeyPair.generate()
  readonly successor = KeyPair.generate()
  #list: SignedDeviceList | null = null

  get did(): string {
    return this.root.did
  }

  /** The newest device list. */
  get list(): SignedDeviceList | null {
    return this.#list
  }

  /** Creates a device and a list that contains it. */
  device(name: string): TestDevice {
    const key = KeyPair.generate()
    const device: Device = {
      name,
      kind: 'node',
      loginKey: KeyPair.generate().publicKey,
      messageKey: key.publicKey,
      added: NOW,
    }
    const description = encodeDevice(device)
    const list = this.#sign([...(this.#list?.list.devices ?? []), deviceHash(description)])
    const { seed } = key.exportSecret()
    const credential = deviceCredential([list], description)
    return new TestDevice(this.did, { credential, messageKey: { publicKey: key.publicKey, seed } })
  }

  /** Signs a list without this device. */
  remove({ own }: TestDevice): void {
    const { hash } = deviceOf(own)
    this.#sign(this.#list!.list.devices.filter(each => !equalBytes(each, hash)))
  }

  #sign(devices: readonly Uint8Array[]): SignedDeviceList {
    const successor = successorOf(this.successor.publicKey)
    const next = { successor, issued: NOW, expires: NOW + LIST_LIFE_SECONDS, devices }
    this.#list = signDeviceList(next, this.#list, this.root)
    return this.#list
  }
}

/** Decodes the credential of a device. */
export function deviceOf({ credential }: OwnDevice): GroupDevice {
  if (credential.credentialType !== 'basic') throw new Error('The credential is of another kind')
  return readCredential(credential.identity)
}

/** A device in one group. */
export class TestDevice {
  readonly did: string
  readonly own: OwnDevice
  /** The records of its journal. */
  records: Uint8Array[] = []
  readonly keyPackages: OwnKeyPackage[] = []
  group!: Group

  constructor(did: string, own: OwnDevice) {
    this.did = did
    this.own = own
  }

  get owner(): GroupOwner {
    return {
      suite,
      device: this.own,
      journal: {
        append: async record => void this.records.push(record.slice()),
        replace: async records => {
          this.records = records.map(record => record.slice())
        },
      },
      now: () => NOW,
      randomBytes: length => new Uint8Array(randomBytes(length)),
    }
  }

  /** Publishes a key package, as decoded by others. */
  async keyPackage(isLastResort = false): Promise<ForeignKeyPackage> {
    const own = await makeKeyPackage(suite, this.own, { unixSeconds: NOW, isLastResort })
    this.keyPackages.push(own)
    return readKeyPackage(suite, own.bytes, NOW)
  }

  async create(admins: readonly string[], changes = {}): Promise<void> {
    const policy = { name: 'Friends', admins, membersAdd: false, allowed: null, slowSeconds: 0, ...changes }
    this.group = await Group.create(this.owner, new Uint8Array(32).fill(7), policy)
  }

  async join(welcome: Uint8Array, id = new Uint8Array(32).fill(7)): Promise<void> {
    const find = (ref: Uint8Array) => this.keyPackages.find(each => String(each.ref) === String(ref)) ?? null
    this.group = await Group.join(this.owner, id, welcome, find)
  }

  /** Restarts from the journal, as after a crash. */
  restart(): void {
    this.group = Group.restore(this.owner, this.records)
  }

  async say(text: string): Promise<Uint8Array> {
    return this.group.encrypt(new Uint8Array(randomBytes(16)), new TextEncoder().encode(text))
  }

  async hear(bytes: Uint8Array): Promise<string> {
    const { content } = await this.group.open(bytes)
    return new TextDecoder().decode(content)
  }
}

/** Makes a commit, and delivers it to all. Added members join. */
export async function change(
  by: TestDevice,
  others: readonly TestDevice[],
  changes: readonly GroupChange[],
  added: readonly TestDevice[] = [],
): Promise<Opened[]> {
  const { bytes, welcome } = await by.group.commit(changes)
  const outcomes = []
  for (const each of [by, ...others]) outcomes.push(await each.group.receive(bytes))
  for (const each of added) await each.join(welcome!)
  return outcomes
}

export async function add(
  by: TestDevice,
  others: readonly TestDevice[],
  added: readonly TestDevice[],
): Promise<void> {
  const changes = []
  for (const each of added) changes.push({ kind: 'add' as const, device: await each.keyPackage() })
  await change(by, others, changes, added)
}
