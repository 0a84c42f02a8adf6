/** Entry point of a worker process of a hub. Workers starts it with the hub's command line. */
import { enableCompileCache } from 'node:module'
import { keepYoungGenerationSmall } from '../heap.ts'

enableCompileCache()
keepYoungGenerationSmall()
const { runWorker } = await import('./run-worker.ts')
await runWorker(process.argv.slice(2))
