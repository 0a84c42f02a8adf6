import type { Connection, Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { SIGNAL_PROTOCOL } from './protocols.ts'

/** Longest session description. */
const MAX_SDP_BYTES = 20_000
const EXCHANGE_LIMIT_MS = 10_000

/**
 * Carries an offer over a connection, possibly a relayed one. Resolves to the answer; empty if the
 * peer declines. `protocol`: protocol of the data channel.
 */
export async function carryOffer(
  connection: Connection,
  offer: string,
  signal: AbortSignal,
  protocol = SIGNAL_PROTOCOL,
): Promise<string> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(EXCHANGE_LIMIT_MS)])
  const stream = await connection.newStream(protocol, { signal: limit, runOnLimitedConnection: true })
  try {
    const messages = lpStream(stream, { maxDataLength: MAX_SDP_BYTES })
    await messages.write(new TextEncoder().encode(offer), { signal: limit })
    const answer = await messages.read({ signal: limit })
    stream.close().catch(() => {})
    return new TextDecoder().decode(answer.slice())
  } catch (error) {
    stream.abort(error as Error)
    throw error
  }
}

/** Reads the offer from a stream, and writes the result of `answer`. */
export async function answerOffer(stream: Stream, answer: (offer: string) => Promise<string>): Promise<void> {
  const signal = AbortSignal.timeout(EXCHANGE_LIMIT_MS)
  try {
    const messages = lpStream(stream, { maxDataLength: MAX_SDP_BYTES })
    const offer = await messages.read({ signal })
    await messages.write(new TextEncoder().encode(await answer(new TextDecoder().decode(offer.slice()))), {
      signal,
    })
    await stream.close({ signal })
  } catch (error) {
    stream.abort(error as Error)
  }
}
