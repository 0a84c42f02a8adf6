/**
 * The thread that runs users' regular expressions. The caller terminates it if one takes too long.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { titleTest } from '../matching.ts'

export interface FilterTexts {
  readonly include: string
  readonly exclude: string
}

export interface FilterWork {
  readonly filters: readonly FilterTexts[]
  readonly titles: readonly string[]
  /** Index of the current title. */
  readonly current: Int32Array
}

/** `ready`, then the indexes of the matching titles for each filter. */
export type FilterReply = 'ready' | readonly number[]

const { filters, titles, current } = workerData as FilterWork
const reply = (message: FilterReply) => parentPort!.postMessage(message)

reply('ready')
for (const filter of filters) {
  const matches = titleTest(filter, pattern => {
    const expression = new RegExp(pattern, 'i')
    return title => expression.test(title)
  })
  const found: number[] = []
  for (const [at, title] of titles.entries()) {
    Atomics.store(current, 0, at)
    if (matches(title)) found.push(at)
  }
  reply(found)
}
