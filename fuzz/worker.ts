/** The thread in which parsers run, so that a `Runner` can terminate one that never returns. */
import { parentPort, workerData } from 'node:worker_threads'
import { seededRandom } from '../packages/torrent/src/base/random.ts'
import { Board } from './board.ts'
import { Coverage } from './coverage.ts'
import type { Job, Report, WorkerData } from './job.ts'
import type { Parser } from './parser.ts'

const { memory, guided, parsers } = workerData as WorkerData
const board = new Board(memory)
// V8 only counts blocks in code that is loaded afterwards.
const coverage = guided ? new Coverage() : undefined
const { fuzz } = await import('./fuzzer.ts')
const { PARSERS } = (await import(parsers)) as { PARSERS: readonly Parser[] }
const { openTarget } = await import('./target.ts')

parentPort!.on('message', async (job: Job) => {
  const report = (it: Report) => parentPort!.postMessage(it)
  const target = await openTarget(PARSERS.find(({ name }) => name === job.parser)!, guided)
  if ('input' in job) {
    board.write(job.input)
    return report({ kind: 'checked', failure: await target.check(job.input) })
  }
  const result = await fuzz(target, {
    ...job,
    random: seededRandom(job.seed),
    coverage,
    untilMs: performance.now() + job.seconds * 1000,
    onRun: input => board.write(input),
    onFailure: (input, failure) => report({ kind: 'failed', input, failure }),
  })
  report({ kind: 'done', result })
})
