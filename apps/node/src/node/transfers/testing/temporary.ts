import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'

/** An empty folder that is deleted after the test. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'shoal-test-'))
  folders.push(path)
  return path
}

const folders: string[] = []
afterEach(async () => {
  for (const path of folders.splice(0)) await rm(path, { recursive: true, force: true })
})

/** Resolves with the result of `get` once that is truthy; rejects after 15 seconds. */
export async function eventually<T>(what: string, get: () => T | Promise<T>): Promise<NonNullable<T>> {
  const endMs = performance.now() + 15_000
  for (;;) {
    const value = await get()
    if (value) return value
    if (performance.now() > endMs) throw new Error(`it did not come to pass that ${what}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
