import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTorrent } from '../../hash/create.ts'
import { listFiles, temporaryFolder } from '../../storage/temporary.node.ts'
import { checkFiles } from './check-files.ts'

let folder: ReturnType<typeof temporaryFolder>
const at = (...names: string[]) => join(folder.path, ...names)
beforeEach(async () => {
  folder = temporaryFolder()
  await mkdir(at('set'))
  await writeFile(at('set', 'a'), new Uint8Array(50_000).fill(1))
  await writeFile(at('set', 'b'), new Uint8Array(20_000).fill(2))
  await writeFile(at('set', 'empty'), '')
})
afterEach(() => folder.remove())

test.each(['v1', 'v2', 'hybrid'] as const)(
  'reports correct, wrong and missing pieces, and changes nothing: %s',
  async version => {
    const metainfo = await createTorrent(at('set'), { version, pieceLengthBytes: 16_384 })
    const whole = await checkFiles(metainfo, folder.path)
    expect(whole).toMatchObject({ complete: true, haveBytes: 70_000 })
    expect(whole.goodPieces).toBe(whole.pieceCount)

    await rm(at('set', 'empty'))
    const withoutEmpty = await checkFiles(metainfo, folder.path)
    expect(withoutEmpty).toMatchObject({ complete: false, haveBytes: 70_000 })

    const wrong = new Uint8Array(50_000).fill(1)
    wrong[0] = 0
    await writeFile(at('set', 'a'), wrong)
    await rm(at('set', 'b'))
    const { complete, files } = await checkFiles(metainfo, folder.path)
    expect(complete).toBe(false)
    const state = Object.fromEntries(files.map(file => [file.path[1], file]))
    expect(state.b).toMatchObject({ haveBytes: 0, exists: false, diskPath: at('set', 'b') })
    expect(state.a!.exists).toBe(true)
    // In v1 the last piece of one file is the first of the next, which is missing.
    expect(state.a!.haveBytes).toBe(version === 'v1' ? 2 * 16_384 : 50_000 - 16_384)
    expect(listFiles(folder.path)).toEqual(['set/a'])
  },
)

test('stops when the signal aborts', async () => {
  const metainfo = await createTorrent(at('set'))
  const reason = new Error('enough')
  await expect(checkFiles(metainfo, folder.path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('a v2 torrent without piece layers: a complete file proves its own, part of one cannot be checked', async () => {
  const metainfo = await createTorrent(at('set'), { version: 'v2', pieceLengthBytes: 16_384 })
  const bare = { ...metainfo, pieceLayers: new Map() }
  expect(await checkFiles(bare, folder.path)).toMatchObject({ complete: true, withoutHashes: 0 })

  const wrong = new Uint8Array(50_000).fill(1)
  wrong[49_999] = 0
  await writeFile(at('set', 'a'), wrong)
  expect(await checkFiles(bare, folder.path)).toMatchObject({ haveBytes: 20_000, withoutHashes: 1 })
  expect(await checkFiles(metainfo, folder.path)).toMatchObject({ withoutHashes: 0, goodPieces: 5 })
  await rm(at('set', 'a'))
  expect(await checkFiles(bare, folder.path)).toMatchObject({ haveBytes: 20_000, withoutHashes: 0 })
})
