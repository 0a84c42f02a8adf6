/** Bytes through one connection between two processes, without BitTorrent. */
import type { PipeKind } from '../interop/support/pipes/pipe.ts'
import { PipeEnd } from '../interop/support/pipes/pipe-end.ts'
import { cpuSeconds, usageSince } from '../interop/support/usage.ts'

export const GIB = 2 ** 30
const LOOPBACK = '127.0.0.1'

export interface Transferred {
  readonly bytesPerSecond: number
  /** CPU time of both processes per GiB. */
  readonly cpuPerGib: number
}

export async function pipe(kind: PipeKind, bytes: number): Promise<Transferred> {
  await using sink = await PipeEnd.start(kind)
  await using source = await PipeEnd.start(kind)
  const port = await sink.listen(LOOPBACK)
  const before = [await sink.usage(), await source.usage()] as const
  await source.flood(LOOPBACK, port, bytes)
  const elapsed = await sink.received(bytes)
  const cpu =
    cpuSeconds(usageSince(before[0], await sink.usage())) +
    cpuSeconds(usageSince(before[1], await source.usage()))
  return { bytesPerSecond: bytes / elapsed.seconds, cpuPerGib: (cpu * GIB) / bytes }
}
