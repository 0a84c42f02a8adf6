/** A network of index nodes in virtual time, for tests and simulations. */
import { ed25519 } from '@noble/curves/ed25519.js'
import type { Random } from '@shoal/torrent/base'
import { type EntrySigner, MAX_ENTRY_LIFE_SECONDS, type SignedEntry, signEntry } from '../../entries/entry.ts'
import { IndexClient } from '../../indexing/client.ts'
import type { EntryStoreLimits } from '../../indexing/entry-store.ts'
import { IndexNode } from '../../indexing/index-node.ts'
import { IndexPublisher } from '../../indexing/publisher.ts'
import type { KadNode } from '../../kad/kad-node.ts'
import { SimNetwork, type SimNetworkOptions, type SimNode } from '../../kad/testing/sim-network.ts'
import { NetworkSearch } from '../network-search.ts'

export interface SimIndexNode extends SimNode {
  readonly index: IndexNode
  readonly client: IndexClient
  readonly search: NetworkSearch
}

export interface SimIndexOptions extends SimNetworkOptions {
  /** Number of nodes. */
  readonly nodes: number
  readonly limits?: EntryStoreLimits
}

/** A network of index nodes that all know its size. */
export class SimIndex extends SimNetwork {
  readonly indexNodes: SimIndexNode[] = []

  readonly #options: Pick<SimIndexOptions, 'limits' | 'onMisconduct'>

  constructor({ nodes, limits = {}, onMisconduct = () => {}, ...options }: SimIndexOptions) {
    super({ knowsSize: true, onMisconduct, ...options })
    this.#options = { limits, onMisconduct }
    for (let i = 0; i < nodes; i++) this.addIndexNode()
    this.fillTables()
  }

  /** Adds a node. `ip` and `id`: for nodes that choose them. */
  addIndexNode(ip?: Uint8Array<ArrayBuffer>, id?: Uint8Array<ArrayBuffer>): SimIndexNode {
    const node = this.add(ip, id)
    const shared = {
      ...this.#options,
      network: this.indexNetwork(node),
      server: true,
      clock: this.clock,
      random: this.random,
    }
    const client = new IndexClient(shared)
    // The getter fills the routing table on first use.
    const options = Object.defineProperty({ ...shared, client }, 'kad', {
      get: () => node.kad,
    }) as typeof shared & {
      client: IndexClient
      kad: KadNode
    }
    const index = new IndexNode(options)
    node.respondIndex = (from, message) => index.handle(from.id, from.ip, message)
    const made = Object.assign(node, { index, client, search: new NetworkSearch(options) })
    this.indexNodes.push(made)
    return made
  }

  /** A publishing node with the network key of 32 secret bytes. */
  publisher(node: SimIndexNode, seed: Uint8Array = new Uint8Array(32)): IndexPublisher {
    return new IndexPublisher({
      id: node.contact.id,
      kad: node.kad,
      client: node.client,
      clock: this.clock,
      server: true,
      ownAddresses: () => node.contact.addresses,
      sign: message => ed25519.sign(message, seed),
    })
  }
}

/** Returns the PeerId of an Ed25519 key: an identity multihash of the key in Protocol Buffers. */
export function simPeerId(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0, 36, 8, 1, 18, 32, ...ed25519.getPublicKey(seed))
}

/** Returns a publisher with a key from `random`. */
export function simSigner(random: Random): EntrySigner {
  const seed = random.bytes(32)
  return { publicKey: ed25519.getPublicKey(seed), sign: message => ed25519.sign(message, seed) }
}

/** Signs an entry for a torrent with a random info hash. */
export function simEntry(
  random: Random,
  signer: EntrySigner,
  unixMs: number,
  title: string,
  more: Partial<Parameters<typeof signEntry>[0]> = {},
): SignedEntry {
  const published = Math.floor(unixMs / 1000)
  const entry = {
    infoHashV1: null,
    infoHashV2: random.bytes(32),
    sequence: 1,
    expires: published + MAX_ENTRY_LIFE_SECONDS,
    title,
    bytes: 1 + random.below(2 ** 31),
    fileCount: 1,
    files: [],
    tags: [],
    license: null,
    language: null,
    published,
    thumbnail: null,
  }
  return signEntry({ ...entry, ...more }, signer)
}
