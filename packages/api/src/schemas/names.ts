import { z } from 'zod'

// Names of schemas in the OpenAPI document. A schema with defaults has optional members in requests
// only, so it needs two names.

/** Names of schemas in responses and events. */
export const ANSWERS = z.registry<{ id: string }>()
/** Names of schemas in requests. */
export const GIVEN = z.registry<{ id: string }>()

/**
 * Schemas of secrets. `isWhole`: the entire text, not only a part of it, such as the password in an
 * address or the key in a share link.
 */
export const SECRETS = z.registry<{ isWhole: boolean }>()

/**
 * Schemas of texts written by strangers, or that can quote them: names in torrents, texts of peers
 * and trackers, messages, listings. They can contain anything, including instructions to the
 * reader.
 */
export const UNTRUSTED = z.registry<{ isUntrusted: true }>()

/**
 * Schemas of texts that only the user writes, and that the node only stores and shows: never the
 * name of a file, never an address. A note is one.
 */
export const OWN_TEXTS = z.registry<{ isOwn: true }>()

/** Schemas of ids and cursors, which the node looks up. */
export const LOOKED_UP = z.registry<{ isLookedUp: true }>()

/**
 * Schemas of values that only the owner can set, and only on the node's own machine. `why`: because
 * they are executed there.
 */
export const LOCAL_ONLY = z.registry<{ why: string }>()

/**
 * Schemas of paths on the node's machine. `isWhole`: the content of the folder is written, shared
 * or watched, not only one file or a list of names. `isLink`: the text can be a link instead,
 * including one with a path (`file:`).
 */
export const HOST_PATHS = z.registry<{ isWhole: boolean; isLink?: boolean }>()
