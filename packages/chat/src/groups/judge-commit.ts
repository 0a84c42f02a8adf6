/**
 * Decides which changes a member may make to a group. The library applies any well-formed change;
 * these are our rules in terms of RFC 9420, 16 ("applications SHOULD have an explicit policy").
 * They depend on the state of the group only, so that all members reach the same decision.
 */
import type { Proposal } from 'ts-mls'
import type { GroupDevice } from './credential.ts'
import { type GroupPolicy, readPolicy } from './policy.ts'

export interface GroupMembers {
  readonly policy: GroupPolicy
  /** Returns null for a leaf without a member. */
  at(leaf: number): GroupDevice | null
  /** Returns whether a device of the person is a member. */
  has(did: string): boolean
}

export interface ProposedChange {
  readonly proposal: Proposal
  /** Leaf of the proposing member. Undefined for outsiders. */
  readonly senderLeafIndex: number | undefined
}

/** Reads the device of an added leaf. Throws `bad-credential`. */
export type ReadAdded = (identity: Uint8Array) => GroupDevice

/**
 * Returns null if the commit is allowed, otherwise the reason. An undefined committer is an
 * outsider.
 */
export function judgeCommit(
  members: GroupMembers,
  committer: number | undefined,
  changes: readonly ProposedChange[],
  readAdded: ReadAdded,
): string | null {
  // External commits: anyone with a GroupInfo could join, and remove others by it.
  const by = committer === undefined ? null : members.at(committer)
  if (!by) return 'somebody who is not a member made the commit'
  for (const change of changes) {
    const why = judgeChange(members, by, committer!, change, readAdded)
    if (why !== null) return why
  }
  return null
}

/**
 * Returns null if others may commit this proposal of a member, otherwise the reason. Only leaving
 * is proposed; every other change is committed directly.
 */
export function judgeProposal(change: ProposedChange): string | null {
  return isLeaving(change) ? null : 'only leaving a group can be proposed to others'
}

function judgeChange(
  members: GroupMembers,
  by: GroupDevice,
  committer: number,
  change: ProposedChange,
  readAdded: ReadAdded,
): string | null {
  const { proposal, senderLeafIndex } = change
  if (senderLeafIndex !== committer) return judgeProposal(change)
  const { admins, membersAdd, allowed } = members.policy
  const isAdmin = admins.includes(by.did)
  switch (proposal.proposalType) {
    case 'add': {
      const { credential } = proposal.add.keyPackage.leafNode
      if (credential.credentialType !== 'basic') return 'a device of an unknown kind was added'
      const { did } = readAdded(credential.identity)
      if (did === by.did) return null
      if (!isAdmin && !membersAdd) return 'only admins add persons to this group'
      if (allowed && !allowed.includes(did) && !admins.includes(did))
        return 'the person who was added is not on the list of those who may join'
      return null
    }
    case 'remove': {
      const target = members.at(proposal.remove.removed)
      if (!target) return 'there is no member in the place from which one was removed'
      return isAdmin || target.did === by.did ? null : 'only admins remove others from this group'
    }
    case 'group_context_extensions': {
      if (!isAdmin) return 'only admins change the rules of this group'
      const { admins: next } = readPolicy(proposal.groupContextExtensions.extensions)
      return next.some(did => members.has(did)) ? null : 'the group would be left without an admin'
    }
    default:
      return 'the change is of a kind that this group does not make'
  }
}

function isLeaving({ proposal, senderLeafIndex }: ProposedChange): boolean {
  return (
    proposal.proposalType === 'remove' &&
    senderLeafIndex !== undefined &&
    proposal.remove.removed === senderLeafIndex
  )
}
