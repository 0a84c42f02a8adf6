import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readHeldPaths } from '../../base/files/held-paths.ts'
import { HeldPathsKeeper } from './held-paths-keeper.ts'
import type { ManagedTorrent } from './records/managed-torrent.ts'
import type { RegistryListener } from './records/torrent-registry.ts'
import type { TorrentWatcher } from './service.ts'

/** A torrent with files of these names in a folder, complete or not. */
function fakeTorrent(id: string, directory: string, paths: readonly string[], isComplete: boolean) {
  const files = paths.map(path => ({ storedPath: path.split('/'), diskPath: join(directory, path) }))
  const stats = { haveBytes: isComplete ? 10 : 3 }
  const api = { directory, name: paths[0]!, metainfo: { info: { lengthBytes: 10 } }, files, stats }
  const row = { deleteData: false, removedMs: null }
  return { id, api, row, seal: null, sealed: false } as unknown as ManagedTorrent
}

async function keeper(torrents: ManagedTorrent[], dataDir: string) {
  const listeners: { registry?: RegistryListener; watcher?: TorrentWatcher } = {}
  const keeper = new HeldPathsKeeper({
    dataDir,
    log: { debug() {}, info() {}, warn: expect.unreachable, error() {} },
    torrents: {
      registry: {
        listed: () => torrents,
        removed: () => [],
        find: (id: string) => torrents.find(torrent => torrent.id === id) ?? null,
        listen(listener: RegistryListener) {
          listeners.registry = listener
          return () => {}
        },
      } as never,
      watch(watcher) {
        listeners.watcher = watcher
        return () => {}
      },
    },
  })
  await keeper.start()
  return {
    change: (torrent: ManagedTorrent) => listeners.registry!.onChanged(torrent, false),
    forget: (torrent: ManagedTorrent) => listeners.watcher!.onForgotten!(torrent, undefined),
    close: () => keeper.close(),
  }
}

test('names what a node has and what it has not completed, also after a removal that keeps the files', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'shoal-held-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [downloads, data] = [join(folder, 'downloads'), join(folder, 'data')]
  await mkdir(downloads)
  for (const name of ['part.bin', 'loose.txt']) await writeFile(join(downloads, name), name)
  const whole = fakeTorrent('1', downloads, ['film/a.mkv', 'film/b.srt', 'loose.txt'], true)
  const part = fakeTorrent('2', downloads, ['part.bin'], false)
  const torrents = [whole, part]
  const held = async () => Object.fromEntries(await readHeldPaths(data))
  const path = (name: string) => join(downloads, name)
  const all = { [path('film')]: 'managed', [path('loose.txt')]: 'managed', [path('part.bin')]: 'unfinished' }

  const first = await keeper(torrents, data)
  await vi.waitFor(async () => expect(await held()).toEqual(all))
  torrents.splice(0)
  first.forget(whole)
  first.forget(part)
  await first.close()
  expect(await held()).toEqual({ [path('part.bin')]: 'unfinished' })

  const complete = fakeTorrent('2', downloads, ['part.bin'], true)
  torrents.push(complete)
  const second = await keeper(torrents, data)
  await vi.waitFor(async () => expect(await held()).toEqual({ [path('part.bin')]: 'managed' }))
  torrents.splice(0)
  second.forget(complete)
  await second.close()
  expect(await held()).toEqual({})
})
