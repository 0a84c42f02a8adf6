import type { NodeApi } from '@shoal/api'
import { identityText, KeyPair, signDelegation } from '@shoal/identity'
import {
  type DeviceHistory,
  readDeviceText,
  signNextDevices,
  writeDeviceHistory,
} from '@shoal/identity/devices'
import { onTestFinished } from 'vitest'
import { NETWORK_SEED } from '../../apps/node/src/node/people/service.ts'
import { type TestNode, testNode } from '../../apps/node/src/node/testing/test-node.ts'
import { recognize, type ShownNode } from './recognize.ts'

/** A person who signs device lists. */
export class Person {
  /** The key of the DID. */
  readonly #first: KeyPair
  #root: KeyPair
  #successor = KeyPair.generate()
  #history: DeviceHistory | null = null

  constructor(root = KeyPair.generate()) {
    this.#first = root
    this.#root = root
  }

  get did(): string {
    return this.#first.did
  }

  /** Adds a node to this person's devices. */
  async node(
    name: string,
    network: Parameters<typeof testNode>[1] = {},
    shoal: Parameters<typeof testNode>[2] = {},
  ): Promise<TestNode> {
    const node = await testNode(undefined, network, shoal)
    onTestFinished(() => node.end())
    await this.add(node, name)
    return node
  }

  /** Adds a node to this person's devices. */
  async add(
    node: { readonly operations: Pick<NodeApi, 'describeDevice' | 'acceptDevices'> },
    name: string,
  ): Promise<void> {
    const { device } = await node.operations.describeDevice({ name })
    await this.sign([...(this.#history?.devices ?? []), readDeviceText(device)])
    await this.send(node)
  }

  /** Makes the root key the one shown to a node's contacts. */
  async publish(node: { readonly operations: Pick<NodeApi, 'setPublisher'> }): Promise<void> {
    await node.operations.setPublisher({ identity: identityText(this.#root) })
  }

  async sign(devices: DeviceHistory['devices']): Promise<void> {
    const next = { devices, unixSeconds: Math.floor(Date.now() / 1000) }
    const first = this.#history ? {} : { successor: this.#successor.publicKey }
    this.#history = signNextDevices(this.#history, { ...next, ...first }, this.#root)
  }

  /** The successor replaces the root key, and signs a list of the same devices. */
  async rotate(): Promise<void> {
    this.#root = this.#successor
    this.#successor = KeyPair.generate()
    const { devices } = this.#history!
    const next = { devices, unixSeconds: Math.floor(Date.now() / 1000), successor: this.#successor.publicKey }
    this.#history = signNextDevices(this.#history, next, this.#root)
  }

  /** Signs a list without the device of this name. */
  async remove(name: string): Promise<void> {
    await this.sign(this.#history!.devices.filter(device => device.name !== name))
  }

  /**
   * Certifies to another node that a node belongs to this person, as if both had met in a swarm.
   * Returns its network key.
   */
  show(node: TestNode, to: TestNode): string {
    const keyOf = (of: TestNode) =>
      Buffer.from(new KeyPair(of.service(NETWORK_SEED).seed).publicKey).toString('hex')
    const shown = this.certify(keyOf(node), keyOf(to))
    recognize(to, shown)
    return shown.key
  }

  /**
   * Signs for another node that a node is this person's. Both are identified by their network keys,
   * in hex.
   */
  certify(key: string, recipient: string): ShownNode {
    const now = Math.floor(Date.now() / 1000)
    const bytes = (hex: string) => Buffer.from(hex, 'hex')
    const link = {
      networkKey: bytes(key),
      recipient: bytes(recipient),
      notBefore: now - 60,
      notAfter: now + 3600,
    }
    const certificate = Buffer.from(signDelegation(link, this.#first)).toString('hex')
    return { key, did: this.did, certificate }
  }

  async send(node: { readonly operations: Pick<NodeApi, 'acceptDevices'> }): Promise<void> {
    const { lists, devices } = writeDeviceHistory(this.#history!)
    await node.operations.acceptDevices({ lists: [...lists], devices: [...devices] })
  }
}
