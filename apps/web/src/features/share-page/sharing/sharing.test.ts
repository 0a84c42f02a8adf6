import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Cell } from '../../../shared/base/cell.ts'
import type { BrowserPeer } from '../../../shared/engine/browser-peer.ts'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import type { PeerStore } from '../engine/peer-store.ts'
import type { SharingState } from '../services.ts'
import { startSharing } from './sharing.ts'

const TORRENT = { id: 'a'.repeat(40), magnet: `magnet:?xt=urn:btih:${'a'.repeat(40)}`, lengthBytes: 2 }
const chosen = {
  name: 'a',
  isSingle: true,
  totalBytes: 2,
  hiddenCount: 0,
  files: [{ path: ['a'], file: new File(['ab'], 'a') }],
}

let sharing: Cell<SharingState | null>
let end: PromiseWithResolvers<TorrentSnapshot>
let asked: number
let given: AbortSignal | undefined

const peer = {
  share: (_files, _options, onProgress, signal) => {
    asked++
    given = signal
    onProgress?.({ doneBytes: 1, totalBytes: 2 })
    return end.promise
  },
} as Partial<BrowserPeer> as BrowserPeer

function start(): Promise<void> {
  const store = { put() {} } as unknown as PeerStore
  const config = { trackers: [], iceServers: [], nodes: [], isNode: false }
  const page = 'https://h/share/'
  return startSharing({ peer, store, made: new Set(), config, page, sharing }, chosen, null)
}

const at = (hash: string) => vi.stubGlobal('location', { hash })

beforeEach(() => {
  sharing = new Cell<SharingState | null>(null)
  end = Promise.withResolvers<TorrentSnapshot>()
  asked = 0
  at('')
})
afterEach(() => vi.unstubAllGlobals())

test('who waits for it is brought to its link', async () => {
  const shared = start()
  expect(sharing.get()).toMatchObject({ state: 'running', step: 'hashing', share: 0.5 })
  end.resolve(TORRENT as unknown as TorrentSnapshot)
  await shared
  expect(sharing.get()).toBe(null)
  expect(location.hash).toMatch(/^#s2/)
})

test('a user who views something else stays there, and sees that it is ready', async () => {
  const shared = start()
  at('#s2other')
  end.resolve(TORRENT as unknown as TorrentSnapshot)
  await shared
  expect(location.hash).toBe('#s2other')
  expect(sharing.get()).toMatchObject({ state: 'ready', name: 'a', hash: expect.stringMatching(/^#s2/) })
})

test('while one runs no other begins', async () => {
  const shared = start()
  await start()
  expect(asked).toBe(1)
  end.reject(new Error('the disk is gone'))
  await shared
  expect(sharing.get()).toEqual({ state: 'failed', words: 'The disk is gone' })
})

test('a user who cancels sees no failure', async () => {
  const shared = start()
  const state = sharing.get()
  if (state?.state === 'running') state.cancel()
  expect(given?.aborted).toBe(true)
  end.reject(new Error('cancelled'))
  await shared
  expect(sharing.get()).toBe(null)
})
