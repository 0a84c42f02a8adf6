import { expect, test, vi } from 'vitest'
import { createResumeStore } from '#resume-store'
import { systemClock } from '../base/clock.ts'
import { EngineContext } from './engine-context.ts'
import { Session } from './session.ts'
import { Loopback } from './testing/loopback.ts'
import { WebrtcPeers } from './webrtc-peers.ts'

test('a session records its torrents in the given store, and closes it', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', { 'a.bin': 40_000 })
  const store = createResumeStore(loop.path('anywhere'))
  const first = await loop.open({ directory: loop.folder, resumeStore: store })
  await (await first.add(metainfo)).whenComplete()
  await first.close()
  await expect(store.saveNote('x', Uint8Array.of(1))).rejects.toMatchObject({ code: 'closed' })

  const second = await loop.open({ resumeStore: createResumeStore(loop.path('anywhere')) })
  expect(second.torrents.map(({ name, directory }) => [name, directory])).toEqual([['content', loop.folder]])
  await second.torrents[0]!.whenComplete()
})

test('a session lists restored torrents in the order in which they were added', async () => {
  await using loop = await Loopback.make()
  const options = { directory: loop.folder, stateDirectory: loop.path('state') }
  let unixMs = 1000
  const first = await loop.open(options, { clock: { ...systemClock, unixMs: () => unixMs++ } })
  const names = ['c', 'a', 'e', 'b', 'd']
  for (const name of names)
    await (await first.add(await loop.torrent(name, { [`${name}.bin`]: 1000 }))).whenComplete()
  await first.close()

  const second = await loop.open(options)
  expect(second.torrents.map(({ name }) => name)).toEqual(names)
})

test('a session accepts a folder or a store, not both', async () => {
  await using loop = await Loopback.make()
  const resumeStore = createResumeStore(loop.path('one'))
  const open = Session.open({ port: null, stateDirectory: loop.path('two'), resumeStore })
  await expect(open).rejects.toMatchObject({ code: 'bad-argument' })
})

test('a folder is refused to a second session until the first is closed', async () => {
  await using loop = await Loopback.make()
  const options = { stateDirectory: loop.path('state') }
  const first = await loop.open(options)
  await expect(loop.open(options)).rejects.toMatchObject({ code: 'in-use' })
  // One that uses single records may share it.
  await (await loop.open({ ...options, restore: false })).close()
  await expect(loop.open(options)).rejects.toMatchObject({ code: 'in-use' })
  await first.close()
  await loop.open(options)
})

test('also if a part of it cannot be closed; the others are closed then', async () => {
  await using loop = await Loopback.make()
  const options = { port: null, dht: false, lsd: false, stateDirectory: loop.path('state') }
  const first = await Session.open(options)
  const closed = vi.spyOn(EngineContext.prototype, 'close')
  const stuck = vi.spyOn(WebrtcPeers.prototype, 'close').mockImplementationOnce(() => {
    throw new Error('it is stuck')
  })
  await expect(first.close()).rejects.toThrow('it is stuck')
  expect(closed).toHaveBeenCalledOnce()
  stuck.mockRestore()
  closed.mockRestore()
  await loop.open({ stateDirectory: loop.path('state') })
})
