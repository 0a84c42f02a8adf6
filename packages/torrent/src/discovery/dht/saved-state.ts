import { asBytes, asDictionary, type BencodeDictionary, decode, encode } from '../../bencode/bencode.ts'
import type { IpFamily } from '../../transport/datagram.ts'
import { type Contact, compactNodes, parseCompactNodes } from './contact.ts'
import { ID_BYTES } from './node-id.ts'

/** The state of one node between runs. */
export interface SavedNode {
  readonly id: Uint8Array
  /** Good nodes. */
  readonly contacts: readonly Contact[]
}

/** A table has about 300 nodes at most; this many are enough to start with. */
const MAX_CONTACTS = 128
const MAX_STATE_BYTES = 64 * 1024

/** Encodes the state of at most one node per address family. */
export function encodeState(nodes: ReadonlyMap<IpFamily, SavedNode>): Uint8Array {
  const entry = (family: IpFamily) => {
    const node = nodes.get(family)
    return node && { id: node.id, nodes: compactNodes(node.contacts.slice(0, MAX_CONTACTS)) }
  }
  return encode({ ip4: entry(4), ip6: entry(6) })
}

/**
 * Decodes the result of `encodeState`. Returns an empty map for anything else, since losing the
 * state only slows down the start.
 */
export function parseState(bytes: Uint8Array): Map<IpFamily, SavedNode> {
  const nodes = new Map<IpFamily, SavedNode>()
  if (bytes.length > MAX_STATE_BYTES) return nodes
  try {
    const dictionary = asDictionary(decode(bytes, { depth: 3, items: 16 }))
    for (const family of [4, 6] as const) {
      const saved = parseNode(asDictionary(dictionary?.get(`ip${family}`)), family)
      if (saved) nodes.set(family, saved)
    }
  } catch {
    // Damaged or foreign bytes.
  }
  return nodes
}

function parseNode(entry: BencodeDictionary | undefined, family: IpFamily): SavedNode | null {
  const id = asBytes(entry?.get('id'))
  const compact = asBytes(entry?.get('nodes'))
  if (id?.length !== ID_BYTES || !compact) return null
  const contacts: Contact[] = []
  const size = ID_BYTES + (family === 4 ? 6 : 18)
  for (let at = 0; at < compact.length && contacts.length < MAX_CONTACTS; at += size) {
    contacts.push(...(parseCompactNodes(compact.subarray(at, at + size), family) ?? []))
  }
  return { id: id.slice(), contacts }
}
