import { openDatagram } from '#datagram'
import type { Clock } from '../../base/clock.ts'
import { systemRandom } from '../../base/random.ts'
import { testTransport } from '../compliance.ts'
import { SharedDatagrams } from '../shared-datagrams.ts'
import { UtpTransport } from './utp-transport.ts'

/**
 * A clock that is twice as fast, for the time limits of unanswered dials. If it were much faster,
 * those of closing would be too short for a busy machine.
 */
const fastClock: Clock = {
  nowMs: () => 2 * performance.now(),
  unixMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.max(0, delayMs) / 2)
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
