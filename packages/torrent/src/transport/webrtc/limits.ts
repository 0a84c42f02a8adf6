/** Limits of peer connections; times are in milliseconds. */

/**
 * Time after which a description is sent with the candidates that are known: a silent STUN server
 * must not delay it further.
 */
export const GATHER_LIMIT_MS = 1500
/** Time for a channel that closes gracefully to send its queued bytes. */
export const LINGER_MS = 3000
/**
 * A reader cannot slow down a data channel: a peer that sends this much more than was read is
 * flooding us.
 */
export const MAX_HELD_BYTES = 8 * 1024 * 1024
