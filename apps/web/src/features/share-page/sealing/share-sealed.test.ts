import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BrowserPeer } from '../../../shared/engine/browser-peer.ts'
import { askWorker } from './ask-worker.ts'
import { shareSealed } from './share-sealed.ts'

let started: number

/** A worker that never answers. */
class SilentWorker {
  constructor() {
    started++
  }

  postMessage(): void {}
  terminate(): void {}
}

beforeEach(() => {
  started = 0
  vi.stubGlobal('Worker', SilentWorker)
})
afterEach(() => vi.unstubAllGlobals())

const chosen = {
  name: 'a',
  isSingle: true,
  totalBytes: 1,
  hiddenCount: 0,
  files: [{ path: ['a'], file: new File(['a'], 'a') }],
}

test.each(['opfs', 'memory'])('who cancels before sealing has begun is heard: %s', async kind => {
  const abort = new AbortController()
  const peer = {
    storage: async () => {
      abort.abort()
      return { kind }
    },
  } as unknown as BrowserPeer
  const context = { trackers: [], onProgress: () => {}, signal: abort.signal }
  await expect(shareSealed(peer, chosen, { by: 'key' }, context)).rejects.toMatchObject({ code: 'cancelled' })
  expect(started).toBe(0)
})

test('no worker is started for what is cancelled already', async () => {
  const asked = askWorker({ kind: 'make-key', passphrase: 'a' }, { signal: AbortSignal.abort() })
  await expect(asked).rejects.toMatchObject({ code: 'cancelled' })
  expect(started).toBe(0)
})
