/**
 * The ratchets of one epoch (RFC 9420, 9), and their changes. A message changes one ratchet of one
 * member; the state of a large group has megabytes. The journal stores deltas, at most some hundred
 * bytes per message.
 */
import type { Cbor } from '@shoal/identity/signed-cbor'
import type { GenerationSecret, SecretTree, SecretTreeNode } from 'ts-mls'
import { ChatError } from '../chat-error.ts'

/** The ratchets of a member: of proposals and commits, and of messages. */
const KINDS = ['handshake', 'application'] as const

type Kept = GenerationSecret['unusedGenerations']

const SECRET_BYTES = 32
/** For nodes without a member. The library fills the entire tree and uses the leaves. */
const UNUSED: GenerationSecret = { secret: new Uint8Array(), generation: 0, unusedGenerations: {} }

/**
 * Returns the ratchets of these leaves, for `readRatchets`: the width of the tree, all secrets in
 * turn, and `[leaf, kind, generation, [generation, secret, …] kept]` for those that have advanced.
 */
export function writeRatchets(tree: SecretTree, leaves: readonly number[]): Cbor {
  const secrets = new Uint8Array(leaves.length * KINDS.length * SECRET_BYTES)
  const moved: Cbor[] = []
  leaves.forEach((leaf, at) => {
    for (const [kind, name] of KINDS.entries()) {
      const { secret, generation, unusedGenerations } = tree[leaf]![name]
      secrets.set(secret, (at * KINDS.length + kind) * SECRET_BYTES)
      if (generation > 0) moved.push([leaf, kind, generation, keptOf(unusedGenerations, {})])
    }
  })
  return [tree.length, secrets, moved]
}

/** Returns null if the value is damaged. `leaves`: as for `writeRatchets`. */
export function readRatchets(value: Cbor, leaves: readonly number[]): SecretTree | null {
  if (!Array.isArray(value) || value.length !== 3) return null
  const [width, secrets, moved] = value as [number, Uint8Array, [number, number, number, Cbor[]][]]
  if (secrets.length !== leaves.length * KINDS.length * SECRET_BYTES) return null
  const tree = new Array<SecretTreeNode>(width).fill({ handshake: UNUSED, application: UNUSED })
  leaves.forEach((leaf, at) => {
    const [handshake, application] = KINDS.map((_, kind): GenerationSecret => {
      const start = (at * KINDS.length + kind) * SECRET_BYTES
      return { ...UNUSED, secret: secrets.slice(start, start + SECRET_BYTES) }
    })
    tree[leaf] = { handshake: handshake!, application: application! }
  })
  for (const [leaf, kind, generation, kept] of moved) {
    const [node, name] = [tree[leaf], KINDS[kind]]
    if (!node || !name) return null
    tree[leaf] = { ...node, [name]: { ...node[name], generation, unusedGenerations: readKept(kept) } }
  }
  return tree
}

/**
 * Returns the differences, for `applyRatchets`: `[node, kind, generation, secret, [generation,
 * secret, …] kept, [generation, …] deleted]` each.
 */
export function diffRatchets(before: SecretTree, after: SecretTree): Cbor {
  const changes: Cbor[] = []
  for (let node = 0; node < after.length; node++) {
    if (before[node] === after[node]) continue
    for (const [kind, name] of KINDS.entries()) {
      const [old, next] = [before[node]![name], after[node]![name]]
      if (old !== next) changes.push([node, kind, ...changesOf(old, next)])
    }
  }
  return changes
}

/** Throws `bad-argument` if these are not differences of this tree. */
export function applyRatchets(tree: SecretTree, changes: Cbor): SecretTree {
  if (!Array.isArray(changes)) throw damaged()
  const after = tree.slice()
  for (const change of changes) {
    if (!Array.isArray(change) || change.length !== 6) throw damaged()
    const [node, kind, generation, secret, kept, deleted] = change as [
      ...[number, number, number, Uint8Array],
      ...[readonly (number | Uint8Array)[], readonly number[]],
    ]
    const name = KINDS[kind]
    const old = after[node]
    if (!old || !name) throw damaged()
    const unusedGenerations = { ...old[name].unusedGenerations, ...readKept(kept) }
    for (const each of deleted) delete unusedGenerations[each]
    after[node] = { ...old, [name]: { generation, secret, unusedGenerations } }
  }
  return after
}

function changesOf(old: GenerationSecret, next: GenerationSecret) {
  const kept = keptOf(next.unusedGenerations, old.unusedGenerations)
  const deleted = Object.keys(old.unusedGenerations)
    .filter(generation => !(generation in next.unusedGenerations))
    .map(Number)
  return [next.generation, next.secret, kept, deleted]
}

/** Returns `[generation, secret, …]` of those that are not among `known`. */
function keptOf(all: Kept, known: Kept): Cbor[] {
  return Object.entries(all)
    .filter(([generation]) => !(generation in known))
    .flatMap(([generation, secret]) => [Number(generation), secret])
}

function readKept(kept: readonly Cbor[]): Kept {
  const all: Kept = {}
  for (let at = 0; at < kept.length; at += 2) all[kept[at] as number] = kept[at + 1] as Uint8Array
  return all
}

/** Returns the error for a journal that cannot be read. */
export function damaged(): ChatError {
  return new ChatError('bad-argument', 'The journal of the group is damaged: join the group again.')
}
