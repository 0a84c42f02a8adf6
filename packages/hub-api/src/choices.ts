/** Enumerated values of options and responses, without schemas. */
import { LISTING_CATEGORIES } from '@shoal/api/choices'

/**
 * Permission to create an account: anyone; anyone, subject to approval unless they have an
 * invitation; only people with an invitation; or no one.
 */
export const REGISTRATIONS = ['open', 'approval', 'invite', 'closed'] as const
export type Registration = (typeof REGISTRATIONS)[number]

/** Categories of listings. Torznab uses Newznab's numbers for them. */
export const CATEGORIES = LISTING_CATEGORIES
export type Category = (typeof CATEGORIES)[number]

export const MAX_TAGS = 16
/** Largest thumbnail, in bytes. */
export const MAX_THUMBNAIL_BYTES = 131_072
/** Largest width and height of a thumbnail, in pixels. */
export const MAX_THUMBNAIL_SIDE = 2048
/** Largest `.torrent` of a listing, in bytes. */
export const MAX_TORRENT_BYTES = 2 * 1024 * 1024

/** Most one-time key packages per device. */
export const MAX_KEY_PACKAGES = 100
/** Largest key package, in bytes. */
export const MAX_KEY_PACKAGE_BYTES = 24 * 1024

/** Names of moderators' actions in the public log. */
export const MODERATION_ACTIONS = ['hide', 'unhide', 'remove', 'ban', 'unban', 'slow-mode', 'role'] as const
export type ModerationAction = (typeof MODERATION_ACTIONS)[number]

/** Kinds of items that can be reported. */
export const SUBJECT_KINDS = ['listing', 'comment', 'member', 'entry'] as const

/** Each includes the permissions of those before it. */
export const ROLES = ['member', 'moderator', 'admin'] as const

/** `waiting`: to be approved. `banned`: it has no sessions, and cannot get any. */
export const ACCOUNT_STATES = ['active', 'waiting', 'banned'] as const
