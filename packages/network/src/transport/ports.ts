/**
 * Protocols with a port as their only message: two bytes, big-endian, after their length as a
 * varint.
 */
import type { Connection, Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'

const LIMIT_MS = 2000

/** Writes a port; 0 if there is none. Never rejects. */
export async function tellPort(stream: Stream, port: number): Promise<void> {
  const signal = AbortSignal.timeout(LIMIT_MS)
  try {
    await lpStream(stream).write(Uint8Array.of(port >> 8, port & 255), { signal })
    await stream.close({ signal })
  } catch (error) {
    stream.abort(error as Error)
  }
}

/**
 * Reads the remote's port; 0 if it has none. Rejects after two seconds, or with the signal's
 * reason.
 */
export async function askPort(
  connection: Connection,
  protocol: string,
  signals: readonly AbortSignal[] = [],
): Promise<number> {
  const signal = AbortSignal.any([...signals, AbortSignal.timeout(LIMIT_MS)])
  const stream = await connection.newStream(protocol, { signal })
  try {
    const [high = 0, low = 0] = (await lpStream(stream, { maxDataLength: 2 }).read({ signal })).slice()
    return high * 256 + low
  } finally {
    stream.abort(new Error('The port is known'))
  }
}
