/**
 * Runs in every test process: reports how much CPU time a file has taken, which the summary shows.
 */
import { afterAll } from 'vitest'
import { processorSeconds } from './processor-time.ts'

declare module 'vitest' {
  interface TaskMeta {
    /**
     * CPU time of the process since it loaded the file, and of its ended children. Only on Linux.
     */
    processorSeconds?: number
  }
}

const before = processorSeconds()

// biome-ignore lint/correctness/noEmptyPattern: Vitest requires a pattern, which names the fixtures that are wanted.
afterAll(({}, { file }) => {
  const now = processorSeconds()
  if (now !== null && before !== null) file.meta.processorSeconds = now - before
})
