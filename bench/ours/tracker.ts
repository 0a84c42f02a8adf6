/** Our tracker in its own process, opened like the hub: prints its ports when it is listening, and ends when its standard input does. */
import { enableCompileCache, flushCompileCache } from 'node:module'
import { keepYoungGenerationSmall } from '../../apps/hub/src/heap.ts'

enableCompileCache()
keepYoungGenerationSmall()
const { startHub } = await import('../../apps/hub/src/hub.ts')

const hub = await startHub({ port: 0, maxPeers: 5_000_000 }, { info() {}, warn() {} })
// The hub does so when it ends; this one is killed.
flushCompileCache()
console.log(JSON.stringify({ http: hub.port, udp: hub.udpPort }))
process.stdin.resume().on('end', () => process.exit(0))
