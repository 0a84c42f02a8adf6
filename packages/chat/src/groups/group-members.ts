/** The members of a group according to its ratchet tree. */
import { equalBytes, latin1 } from '@shoal/torrent/base'
import type { ClientState, RatchetTree } from 'ts-mls'
import { type GroupDevice, readCredential } from './credential.ts'
import type { GroupMembers } from './judge-commit.ts'
import { readPolicy } from './policy.ts'

export interface GroupMember extends GroupDevice {
  /** Position in the tree, which another member may have later. */
  readonly leaf: number
}

export function membersOf(tree: RatchetTree): GroupMember[] {
  const members = []
  for (let leaf = 0; 2 * leaf < tree.length; leaf++) {
    const member = memberAt(tree, leaf)
    if (member) members.push(member)
  }
  return members
}

/** RFC 9420, appendix C: leaves have even numbers. */
export function memberAt(tree: RatchetTree, leaf: number): GroupMember | null {
  const node = tree[2 * leaf]
  if (node?.nodeType !== 'leaf' || node.leaf.credential.credentialType !== 'basic') return null
  return { ...readCredential(node.leaf.credential.identity), leaf }
}

/** Returns the members against which a change of the group is judged. */
export function groupMembers({ ratchetTree, groupContext }: ClientState): GroupMembers {
  return {
    policy: readPolicy(groupContext.extensions),
    at: leaf => memberAt(ratchetTree, leaf),
    has: did => membersOf(ratchetTree).some(member => member.did === did),
  }
}

/** Returns whether a device of the one tree is missing in the other. */
export function isAnyoneRemoved(before: RatchetTree, after: RatchetTree): boolean {
  const changed: GroupMember[] = []
  for (let leaf = 0; 2 * leaf < before.length; leaf++) {
    const member = before[2 * leaf] === after[2 * leaf] ? null : memberAt(before, leaf)
    const now = member && memberAt(after, leaf)
    if (member && !(now && equalBytes(now.hash, member.hash))) changed.push(member)
  }
  if (changed.length === 0) return false
  const left = new Set(membersOf(after).map(({ hash }) => latin1(hash)))
  return changed.some(({ hash }) => !left.has(latin1(hash)))
}
