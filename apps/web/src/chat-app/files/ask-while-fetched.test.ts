import { expect, test, vi } from 'vitest'
import type { PeerEvent, TorrentSnapshot } from '../../shared/engine/protocol.ts'
import { askWhileFetched } from './ask-while-fetched.ts'

test('the browser asks before it closes while somebody fetches what is shared', () => {
  let tell: (event: PeerEvent) => void = () => {}
  let leave: (event: object) => void = () => {}
  vi.stubGlobal('addEventListener', (_name: string, listener: typeof leave) => {
    leave = listener
  })
  const peer = {
    on(listener: typeof tell) {
      tell = listener
      return () => {}
    },
    watch: async () => [],
  }
  askWhileFetched(peer, () => ['shared'])
  const asks = () => {
    const preventDefault = vi.fn()
    leave({ preventDefault })
    return preventDefault.mock.calls.length > 0
  }
  const uploads = (id: string, uploadBytesPerSecond: number) =>
    tell({ kind: 'torrents', changed: [{ id, uploadBytesPerSecond } as TorrentSnapshot], gone: [] })
  expect(asks()).toBe(false)
  uploads('viewed', 1000)
  expect(asks()).toBe(false)
  uploads('shared', 1000)
  expect(asks()).toBe(true)
  uploads('shared', 0)
  expect(asks()).toBe(false)
  uploads('shared', 1000)
  tell({ kind: 'torrents', changed: [], gone: ['shared'] })
  expect(asks()).toBe(false)
  vi.unstubAllGlobals()
})
