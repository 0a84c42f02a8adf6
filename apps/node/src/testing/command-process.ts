/**
 * For tests: a program that runs command lines one after another. Each arrives as a message with
 * its words, and is answered with its result.
 */
import { enableCompileCache } from 'node:module'
import { resolveSourcesByUrl } from '@shoal/daemon/source-imports'
import { tuneHeap } from '../base/heap.ts'
import type { Finished } from './shoal-process.ts'

enableCompileCache()
resolveSourcesByUrl()
// Texts name the program by the script that was started.
process.argv.splice(1, 2, process.argv[2]!)
const { runLine } = await import('../cli/run.ts')
tuneHeap()

let [stdout, stderr] = ['', '']

function collect(stream: NodeJS.WriteStream, add: (text: string) => void): void {
  stream.write = (chunk: string | Uint8Array, ...more: unknown[]) => {
    add(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
    const done = more.at(-1)
    if (typeof done === 'function') queueMicrotask(() => done())
    return true
  }
}

collect(process.stdout, text => (stdout += text))
collect(process.stderr, text => (stderr += text))

process.on('message', async (words: readonly string[]) => {
  stdout = stderr = ''
  const code = await runLine(words, { interactive: false })
  process.send!({ code, stdout, stderr } satisfies Finished)
})
process.on('disconnect', () => process.exit())
