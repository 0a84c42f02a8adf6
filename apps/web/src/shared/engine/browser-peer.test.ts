import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { BrowserPeer } from './browser-peer.ts'

const posted: unknown[] = []

/** A worker that never answers. */
class SilentWorker extends EventTarget {
  postMessage(message: unknown): void {
    posted.push(message)
  }

  terminate(): void {}
}

beforeEach(() => {
  vi.stubGlobal('Worker', SilentWorker)
  vi.stubGlobal('addEventListener', () => {})
  vi.stubGlobal('removeEventListener', () => {})
})
afterEach(() => vi.unstubAllGlobals())

test('what was cancelled before it is asked for is not begun', async () => {
  const peer = new BrowserPeer({ memory: true })
  const signal = AbortSignal.abort()
  const stored = peer.shareStored('a', { name: 'a' }, undefined, signal)
  await expect(stored).rejects.toMatchObject({ code: 'cancelled' })
  const files = [{ path: ['a'], file: new Blob(['a']) }]
  await expect(peer.share(files, { name: 'a' }, undefined, signal)).rejects.toMatchObject({
    code: 'cancelled',
  })
  await peer.close()
})
