/**
 * Our tracker in its own process, started like the hub. Prints its ports when it is listening and
 * has joined the others, and exits when its standard input ends. Argument: the URL of a Redis
 * server that connects several trackers, or nothing.
 */
import { enableCompileCache, flushCompileCache } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import { keepYoungGenerationSmall } from '../../apps/hub/src/heap.ts'

enableCompileCache()
keepYoungGenerationSmall()
const [{ startHub }, { NO_LOG }] = await Promise.all([
  import('../../apps/hub/src/hub.ts'),
  import('../../apps/hub/src/kernel/log.ts'),
])

const [redis] = process.argv.slice(2)
const joins = redis === undefined ? {} : { redis }
const hub = await startHub({ onlyTracker: true, port: 0, maxPeers: 5_000_000, ...joins }, NO_LOG)
while (!(await fetch(`http://127.0.0.1:${hub.port}/ready`)).ok) await setTimeout(50)
// The hub flushes when it ends; this process is killed.
flushCompileCache()
console.log(JSON.stringify({ http: hub.port, udp: hub.udpPort }))
process.stdin.resume().on('end', () => process.exit(0))
