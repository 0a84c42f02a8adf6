/** Times that peer connections are given, milliseconds. */

/** A description is sent with the candidates that were found by then: a STUN server that does not answer must not hold it back. */
export const GATHER_LIMIT_MS = 1500
/** A channel that ends gracefully is given this long to send what it has. */
export const LINGER_MS = 3000
