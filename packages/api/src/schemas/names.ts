import { z } from 'zod'

// Names of schemas in the OpenAPI document, which refers to them. A schema with defaults has optional members in requests only, so that it
// needs two names.

/** Names of schemas in answers and events. */
export const ANSWERS = z.registry<{ id: string }>()
/** Names of schemas in requests. */
export const GIVEN = z.registry<{ id: string }>()

/** Schemas of secrets. `isWhole`: all of the text, and not only a part of it, such as the password in an address or the key in a share link. */
export const SECRETS = z.registry<{ isWhole: boolean }>()

/**
 * Schemas of texts that strangers write, or that can quote them: names in torrents, what peers and trackers say, messages, listings. They may look like anything, also like instructions to whoever
 * reads them.
 */
export const UNTRUSTED = z.registry<{ isUntrusted: true }>()

/** Schemas of texts that only the user writes, and that the node keeps and shows only: never the name of a file, never an address. A note is one. */
export const OWN_TEXTS = z.registry<{ isOwn: true }>()

/** Schemas of ids and cursors, which the node looks up. */
export const LOOKED_UP = z.registry<{ isLookedUp: true }>()

/** Schemas of values that only the owner may give, and only on the node's own machine. `why`: because they run there. */
export const LOCAL_ONLY = z.registry<{ why: string }>()

/**
 * Schemas of paths on the node's machine. `isWhole`: the content of the folder is written, shared or watched, not only one file or a list of names. `isLink`: the text may be
 * a link instead, also one with a path (`file:`).
 */
export const HOST_PATHS = z.registry<{ isWhole: boolean; isLink?: boolean }>()
