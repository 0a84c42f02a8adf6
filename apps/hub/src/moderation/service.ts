import { service } from '@shoal/daemon/capability'
import type { SUBJECT_KINDS } from '@shoal/hub-api/choices'

export type SubjectKind = (typeof SUBJECT_KINDS)[number]

/** A reported item, as moderators see it. */
export interface Found {
  /** Null if the hub cannot read it. */
  readonly text: string | null
  /** The DID of its author. Null if the hub does not know it. */
  readonly author: string | null
  /** Reason for hiding it. */
  readonly hidden: string | null
  /** The listing that it belongs to. */
  readonly listing: string | null
}

/** A kind of item that can be reported. */
export interface Source {
  /**
   * Resolves to null, or rejects with `not-found` or `bad-argument`, if the item does not exist.
   */
  find(id: string): Promise<Found | null>
  /** Hides an item, with a reason, or shows it again (null). Only for kinds that can be hidden. */
  hide?(id: string, reason: string | null): Promise<unknown>
}

/** Moderation, for capabilities with content from members. */
export interface Moderation {
  /** Records that a member posts now. Rejects with `too-soon` in slow mode. */
  notePost(did: string): Promise<void>
  /** Closes the reports of a deleted item. */
  deleted(kind: SubjectKind, id: string): Promise<void>
  /** Lets members report items of this kind. */
  serve(kind: SubjectKind, source: Source): void
}

export const MODERATION = service<Moderation>('moderation')
