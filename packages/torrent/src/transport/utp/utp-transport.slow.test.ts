import { openDatagram } from '#datagram'
import type { Clock } from '../../base/clock.ts'
import { systemRandom } from '../../base/random.ts'
import { testTransport } from '../compliance.ts'
import { SharedDatagrams } from '../shared-datagrams.ts'
import { UtpTransport } from './utp-transport.ts'

/** A clock that is ten times as fast, for the time limits of dials that nobody answers. */
const fastClock: Clock = {
  nowMs: () => 10 * performance.now(),
  unixMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs / 10)
    return () => clearTimeout(timer)
  },
}

for (const [name, host] of [
  ['IPv4', '127.0.0.1'],
  ['IPv6', '::1'],
] as const)
  testTransport(
    `uTP over ${name}`,
    () => {
      const datagrams = new SharedDatagrams(openDatagram)
      return { transport: new UtpTransport({ clock: fastClock, random: systemRandom, datagrams }), host }
    },
    { unanswered: 'timeout' },
  )
