/** Time limits of peer connections, in milliseconds. */

/** After this time a description is sent with the candidates that are known: a silent STUN server must not delay it further. */
export const GATHER_LIMIT_MS = 1500
/** Time for a channel that closes gracefully to send its queued bytes. */
export const LINGER_MS = 3000
