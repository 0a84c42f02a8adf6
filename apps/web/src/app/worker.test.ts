import { readFile } from 'node:fs/promises'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'

type Listener = (event: { waitUntil(work: Promise<unknown>): void }) => void

/** Starts the service worker where just these caches are; the result makes it the active one. */
async function workerWith(kept: Set<string>): Promise<() => Promise<unknown>> {
  const listeners = new Map<string, Listener>()
  const caches = { keys: async () => [...kept], delete: async (name: string) => kept.delete(name) }
  const self = {
    addEventListener: (name: string, listener: Listener) => listeners.set(name, listener),
    clients: { claim: async () => {} },
  }
  const script = await readFile(new URL('../../public/worker.js', import.meta.url), 'utf8')
  runInNewContext(script, { self, caches, URL, location: new URL('http://node/worker.js') })
  return () => new Promise(resolve => listeners.get('activate')!({ waitUntil: resolve }))
}

test('the service worker drops its own older caches, and none of other pages of the origin', async () => {
  const kept = new Set(['console-1', 'console-2', 'shoal-share /share/ 1.0.0', 'shoal-sealed'])
  const activate = await workerWith(kept)
  await activate()
  expect([...kept]).toEqual(['console-2', 'shoal-share /share/ 1.0.0', 'shoal-sealed'])
})
