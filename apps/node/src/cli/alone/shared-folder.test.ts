import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionApi, TorrentApi } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { processOutput } from '../output.ts'
import type { View } from '../terminal/view.ts'
import { FolderRecords } from './folder-records.ts'
import { SharedFolder } from './shared-folder.ts'

const HASH = 'ab'.repeat(20)
const view: View = { add() {}, remove() {}, tell() {}, refresh() {}, close() {} }

/** A download that met a full disk, and what makes it complete. */
function stuckDownload(directory: string): { torrent: TorrentApi; complete(): void } {
  const listeners = new Map<string, () => void>()
  const torrent = {
    infoHashes: { v1: new Uint8Array(20).fill(0xab) },
    name: 'film.bin',
    magnet: `magnet:?xt=urn:btih:${HASH}`,
    metainfo: null,
    directory,
    stats: { state: 'error' },
    on(name: string, listener: () => void) {
      listeners.set(name, listener)
      return () => {}
    },
    whenComplete: () => Promise.reject(new Error('no space left')),
  }
  return {
    torrent: torrent as unknown as TorrentApi,
    complete: () => listeners.get('complete')?.(),
  }
}

test('records a download as complete that had to wait for disk space', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-share-'))
  try {
    await writeFile(join(directory, 'film.bin'), 'half')
    const records = new FolderRecords(join(directory, '.state'))
    records.save({ infoHash: HASH, name: 'film.bin', kind: 'got' })
    const { torrent, complete } = stuckDownload(directory)
    const shared = new SharedFolder({
      session: { add: async () => torrent } as unknown as SessionApi,
      records,
      directory,
      create: {},
      view,
      output: processOutput({ json: false, verbose: false }),
      signal: new AbortController().signal,
    })
    await shared.look(null)
    expect(shared.size).toBe(1)
    expect((await records.find(HASH))?.complete).toBeUndefined()
    complete()
    expect((await records.find(HASH))?.complete).toBe(true)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
