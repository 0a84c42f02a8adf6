import type { Clock } from '../../base/clock.ts'
import { seededRandom } from '../../base/random.ts'
import { testTransport } from '../compliance.ts'
import { MemoryDatagramNetwork } from '../memory-datagram.ts'
import { SharedDatagrams } from '../shared-datagrams.ts'
import { UtpTransport } from './utp-transport.ts'

const fastClock: Clock = {
  nowMs: () => 2 * performance.now(),
  unixMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.max(0, delayMs) / 2)
    return () => clearTimeout(timer)
  },
}

// The dial comes from the port that the listener had, and so from a uTP socket that refuses itself.
testTransport('uTP over datagrams in memory', () => {
  const random = seededRandom(1)
  const network = new MemoryDatagramNetwork({ clock: fastClock, random, latencyMs: 1 })
  const datagrams = new SharedDatagrams(network.host({ 4: '10.0.0.1' }))
  return { transport: new UtpTransport({ clock: fastClock, random, datagrams }), host: '10.0.0.1' }
})
