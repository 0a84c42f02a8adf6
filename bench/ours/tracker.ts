/** Our tracker in its own process, started like the hub. Prints its ports when it is listening, and exits when its standard input ends. */
import { enableCompileCache, flushCompileCache } from 'node:module'
import { keepYoungGenerationSmall } from '../../apps/hub/src/heap.ts'

enableCompileCache()
keepYoungGenerationSmall()
const { startHub } = await import('../../apps/hub/src/hub.ts')

const hub = await startHub({ port: 0, maxPeers: 5_000_000 }, { info() {}, warn() {} })
// The hub flushes when it ends; this process is killed.
flushCompileCache()
console.log(JSON.stringify({ http: hub.port, udp: hub.udpPort }))
process.stdin.resume().on('end', () => process.exit(0))
