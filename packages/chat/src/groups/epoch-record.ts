/**
 * The state of one epoch as stored in the journal: the differences to the previous ratchet tree,
 * the ratchets of the members, and the rest in the library's encoding. Nine tenths of a full state
 * are credentials in the tree, which the next epoch shares.
 */
import type { Cbor } from '@shoal/identity/signed-cbor'
import type { ClientConfig, ClientState, Node, RatchetTree } from 'ts-mls'
import { decodeGroupStateWithoutTree, encodeGroupStateWithoutTree } from 'ts-mls/clientState.js'
import { decodeNode, encodeNode } from 'ts-mls/ratchetTree.js'
import { readRatchets, writeRatchets } from './ratchets.ts'

/** Nodes are immutable and shared by trees: each is encoded once. */
const ENCODED = new WeakMap<Node, Uint8Array>()

/** Returns the input of `readEpoch`. `before`: the previous tree in the journal. */
export function writeEpoch(state: ClientState, before: RatchetTree): Cbor {
  const { ratchetTree, secretTree } = state
  const rest = { ...state, secretTree: [], historicalReceiverData: new Map() }
  return [
    ratchetTree.length,
    changedNodes(before, ratchetTree),
    writeRatchets(secretTree, leavesOf(ratchetTree)),
    encodeGroupStateWithoutTree(rest),
  ]
}

/** Returns null if it is damaged. `before`: as for `writeEpoch`. */
export function readEpoch(
  value: unknown,
  before: RatchetTree,
  clientConfig: ClientConfig,
): ClientState | null {
  if (!Array.isArray(value) || value.length !== 4) return null
  const [width, changes, ratchets, rest] = value as [number, (number | Uint8Array | null)[], Cbor, Uint8Array]
  const tree: RatchetTree = Array.from({ length: width }, (_, at) => before[at])
  for (let at = 0; at < changes.length; at += 2) {
    const bytes = changes[at + 1] as Uint8Array | null
    const node = bytes ? readNode(bytes) : undefined
    if (node === null) return null
    tree[changes[at] as number] = node
  }
  const secretTree = readRatchets(ratchets, leavesOf(tree))
  const [state] = decodeGroupStateWithoutTree(tree)(rest, 0) ?? []
  return state && secretTree ? { ...state, secretTree, clientConfig } : null
}

/** Returns `[index, node or null for a blank one, index, …]`. */
function changedNodes(before: RatchetTree, after: RatchetTree): Cbor[] {
  const changes: Cbor[] = []
  for (const [index, node] of after.entries())
    if (node !== before[index]) changes.push(index, node ? encodedNode(node) : null)
  return changes
}

function encodedNode(node: Node): Uint8Array {
  const bytes = ENCODED.get(node) ?? encodeNode(node)
  ENCODED.set(node, bytes)
  return bytes
}

function readNode(bytes: Uint8Array): Node | null {
  const [node] = decodeNode(bytes, 0) ?? []
  if (!node) return null
  ENCODED.set(node, bytes)
  return node
}

/** Returns the indices of the leaves with members. */
function leavesOf(tree: RatchetTree): readonly number[] {
  return Array.from(tree.keys()).filter(index => tree[index]?.nodeType === 'leaf')
}
