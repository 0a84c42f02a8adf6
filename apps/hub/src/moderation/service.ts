import { service } from '@shoal/daemon/capability'
import type { SUBJECT_KINDS } from '@shoal/hub-api/choices'

export type SubjectKind = (typeof SUBJECT_KINDS)[number]

/** A thing, as moderators see it. */
export interface Found {
  /** Null if the hub cannot read it. */
  readonly text: string | null
  /** The DID of its author. Null if the hub does not know it. */
  readonly author: string | null
  /** The reason why it is hidden. */
  readonly hidden: string | null
  /** The listing that it belongs to. */
  readonly listing: string | null
}

/** Things of one kind that can be reported. */
export interface Source {
  /** Resolves to null, or rejects with `not-found` or `bad-argument`, if there is no such thing. */
  find(id: string): Promise<Found | null>
  /** Hides a thing, with a reason, or shows it again (null). Only for those that can be hidden. */
  hide?(id: string, reason: string | null): Promise<unknown>
}

/** Moderation, for capabilities that have what members write. */
export interface Moderation {
  /** Notes that a member posts now. Rejects with `too-soon` in slow mode. */
  notePost(did: string): Promise<void>
  /** Closes the reports of something that was deleted. */
  deleted(kind: SubjectKind, id: string): Promise<void>
  /** Lets members report things of this kind. */
  serve(kind: SubjectKind, source: Source): void
}

export const MODERATION = service<Moderation>('moderation')
