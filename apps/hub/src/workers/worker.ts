/** The program of one of several processes of a hub. It is started by Workers, with the hub's command line. */
import { enableCompileCache } from 'node:module'
import { keepYoungGenerationSmall } from '../heap.ts'

enableCompileCache()
keepYoungGenerationSmall()
const { runWorker } = await import('./run-worker.ts')
await runWorker(process.argv.slice(2))
