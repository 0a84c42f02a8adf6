/**
 * One end of a pipe in a separate process, driven by JSON lines. Its argument is the kind of the
 * pipe.
 */
import { enableCompileCache } from 'node:module'
import { tuneHeap } from '../../../apps/node/src/base/heap.ts'
import { answerJsonLines } from '../json-lines.ts'
import { ownUsage } from '../usage.ts'
import type { Pipe, PipeKind, PipeOperations } from './pipe.ts'

enableCompileCache()
tuneHeap()
const PIPES: Readonly<Record<PipeKind, () => Promise<{ pipe: Pipe }>>> = {
  shoal: () => import('./shoal-pipe.ts'),
  bare: () => import('./bare-pipe.ts'),
  libp2p: () => import('./libp2p-pipe.ts'),
  'bare-libp2p': () => import('./bare-libp2p-pipe.ts'),
}
const { pipe } = await PIPES[process.argv[2] as PipeKind]()

let received = 0
let firstMs = 0
let awaited = { bytes: 0, resolve: () => {} }

const operations: PipeOperations = {
  async listen({ host }) {
    const port = await pipe.listen(host, count => {
      if (received === 0) firstMs = performance.now()
      received += count
      if (received >= awaited.bytes) awaited.resolve()
    })
    return { port }
  },

  flood: ({ host, port, bytes }) => pipe.flood(host, port, bytes),

  async received({ bytes }) {
    if (received < bytes)
      await new Promise<void>(resolve => {
        awaited = { bytes, resolve }
      })
    return { seconds: (performance.now() - firstMs) / 1000 }
  },

  count: () => received,
  usage: ownUsage,
}

answerJsonLines({ ...operations })
