/** Our tracker as a process, as the hub opens it: prints its ports when it listens, and ends with its standard input. */
import { keepYoungGenerationSmall } from '../../apps/hub/src/heap.ts'
import { startHub } from '../../apps/hub/src/hub.ts'

keepYoungGenerationSmall()

const hub = await startHub({ port: 0, maxPeers: 5_000_000 }, { info() {}, warn() {} })
console.log(JSON.stringify({ http: hub.port, udp: hub.udpPort }))
process.stdin.resume().on('end', () => process.exit(0))
