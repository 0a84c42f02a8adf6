/** Resume data that is truncated or damaged, and files that changed since it was recorded. */
import { open, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { infoHashText, Session, type Torrent, writeMetainfo } from '@shoal/torrent'
import { describe, expect, onTestFinished, test } from 'vitest'
import { tempDir } from '../support/files.ts'
import { Downloader } from './downloader.ts'
import { ALONE, correctPieces, type SharedFile, seededRandom, sharedFile } from './support.ts'

const LENGTH = 2 * 1024 * 1024 + 1234
const PIECE_BYTES = 64 * 1024

interface Half {
  readonly file: SharedFile
  /** Folder of a download with every second piece. */
  readonly folder: string
  readonly stateDirectory: string
  readonly record: string
  readonly path: string
  readonly haveBytes: number
}

/** Creates a half-finished, closed download with its record. */
async function halfDownload(): Promise<Half> {
  const dir = await tempDir('records')
  onTestFinished(dir.remove)
  const file = await sharedFile(dir.join('seed'), 'file', LENGTH, { pieceLengthBytes: PIECE_BYTES })
  const folder = dir.join('get')
  const { path } = await sharedFile(folder, 'file', LENGTH, { pieceLengthBytes: PIECE_BYTES })
  const handle = await open(path, 'r+')
  for (let at = PIECE_BYTES; at < LENGTH; at += 2 * PIECE_BYTES)
    await handle.write(Buffer.alloc(Math.min(PIECE_BYTES, LENGTH - at)), 0, undefined, at)
  await handle.close()
  const stateDirectory = dir.join('state')
  const half = { file, folder, stateDirectory, path, haveBytes: 17 * PIECE_BYTES - (PIECE_BYTES - 1234) }
  await withSession(half, async torrent => {
    await whenRunning(torrent)
    expect(torrent.stats.haveBytes).toBe(half.haveBytes)
  })
  return { ...half, record: `${stateDirectory}/${infoHashText(file.metainfo.info.infoHashes)}.resume` }
}

async function withSession(
  half: Pick<Half, 'file' | 'folder' | 'stateDirectory'>,
  use: (torrent: Torrent, session: Session) => Promise<void>,
): Promise<void> {
  const { folder: directory, stateDirectory } = half
  const session = await Session.open({ ...ALONE, directory, stateDirectory, restore: false })
  try {
    const torrent = await session.add(half.file.metainfo)
    await use(torrent, session)
  } finally {
    await session.close()
  }
}

function whenRunning(torrent: Torrent): Promise<unknown> {
  return until('the check is done', () => ['downloading', 'seeding'].includes(torrent.state))
}

describe('a record that was damaged', () => {
  const random = seededRandom(7)
  const damages: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ['empty', () => new Uint8Array(0)],
    ['truncated', bytes => bytes.subarray(0, Math.floor(random() * bytes.length))],
    [
      'with zeros at its end, as after a power cut',
      bytes => bytes.slice().fill(0, Math.floor(bytes.length / 2)),
    ],
    ['garbage', bytes => bytes.map(() => Math.floor(random() * 256))],
    [
      'with a flipped bit',
      bytes => {
        const copy = bytes.slice()
        copy[Math.floor(random() * copy.length)]! ^= 1 << Math.floor(random() * 8)
        return copy
      },
    ],
    ['with additional bytes', bytes => Uint8Array.from([...bytes, ...bytes])],
    ['deeply nested', () => new Uint8Array(5_000_000).fill(0x6c)],
  ]

  test('is reported, and the content is read again without losses', async () => {
    const half = await halfDownload()
    const good = await readFile(half.record)
    for (const [how, damage] of damages) {
      await writeFile(half.record, damage(new Uint8Array(good)))
      await withSession(half, async (torrent, session) => {
        expect(session.problems.join(), how).toMatch(/\.resume: .*checked again/)
        await whenRunning(torrent)
        expect(torrent.stats.haveBytes, how).toBe(half.haveBytes)
      })
    }
  })

  test('does not prevent other torrents from being restored', async () => {
    const half = await halfDownload()
    await writeFile(half.record, 'no record')
    const other = await sharedFile(`${half.folder}/other`, 'other', 100_000, { seed: 2 })
    const options = { ...ALONE, directory: half.folder, stateDirectory: half.stateDirectory }
    const before = await Session.open(options)
    await before.add(other.metainfo, { directory: `${half.folder}/other` })
    await before.close()
    const after = await Session.open(options)
    onTestFinished(() => after.close())
    const restored = after.torrents.find(({ name }) => name === 'other')
    await restored!.whenComplete()
  })

  test('does not stop a session when all files of its folder are garbage', async () => {
    const half = await halfDownload()
    const { stateDirectory } = half
    for (const suffix of ['torrent', 'resume', 'torrent.new', 'resume.new'])
      await writeFile(`${stateDirectory}/${'ab'.repeat(20)}.${suffix}`, Buffer.alloc(300, 0x64))
    await withSession(half, async (torrent, session) => {
      expect(session.problems.length).toBeGreaterThan(0)
      await whenRunning(torrent)
      expect(torrent.stats.haveBytes).toBe(half.haveBytes)
    })
  })
})

describe('a clock that jumps', () => {
  test.each([
    ['the future', '2099-01-01'],
    ['the past', '1971-01-01'],
  ])('to %s and changes a file time causes the file to be read again, without losses', async (_, date) => {
    const half = await halfDownload()
    await utimes(half.path, new Date(date), new Date(date))
    await withSession(half, async torrent => {
      await whenRunning(torrent)
      expect(torrent.stats.haveBytes).toBe(half.haveBytes)
    })
    // The new record is valid at the next start, regardless of the clock.
    await withSession(half, async torrent => {
      await whenRunning(torrent)
      expect(torrent.stats.haveBytes).toBe(half.haveBytes)
    })
  })

  test('does not make a changed file look like the recorded one', async () => {
    const half = await halfDownload()
    const handle = await open(half.path, 'r+')
    await handle.write(Buffer.from('changed'), 0, undefined, 10)
    await handle.close()
    await utimes(half.path, new Date(0), new Date(0))
    await withSession(half, async torrent => {
      await whenRunning(torrent)
      expect(torrent.stats.haveBytes).toBe(half.haveBytes - PIECE_BYTES)
    })
  })
})

describe('a file that was changed while no session was open', () => {
  test.each([
    ['truncated', 5 * PIECE_BYTES + 100, 3],
    ['emptied', 0, 0],
  ])('(%s) counts only with its correct pieces', async (_, length, pieces) => {
    const half = await halfDownload()
    await truncate(half.path, length)
    await withSession(half, async torrent => {
      await whenRunning(torrent)
      expect(torrent.stats.haveBytes).toBe(pieces * PIECE_BYTES)
    })
  })
})

describe('a restart', () => {
  test.each(['closed immediately', 'paused', 'paused, with a recorded change'])(
    'of a torrent that was never checked (%s) finds the existing data',
    async how => {
      const half = await halfDownload()
      for (const stateDirectory of [half.stateDirectory, `${half.stateDirectory}-new`]) {
        const options = { ...ALONE, directory: half.folder, stateDirectory }
        const before = await Session.open({ ...options, restore: false })
        const paused = how !== 'closed immediately'
        const torrent = await before.add(half.file.metainfo, { paused })
        if (how.includes('change')) await torrent.setPriority(0, 7)
        await before.close()
        await withSession({ ...half, stateDirectory }, async again => {
          await whenRunning(again)
          expect(again.stats.haveBytes).toBe(half.haveBytes)
        })
      }
    },
  )

  test('after a clean close does not read the content again', async () => {
    const half = await halfDownload()
    const place = {
      torrentFile: `${half.folder}/../file.torrent`,
      directory: half.folder,
      stateDirectory: half.stateDirectory,
    }
    await writeFile(place.torrentFile, writeMetainfo(half.file.metainfo))
    const start = async () => {
      const download = await Downloader.start(place, [])
      const checked = await download.when('checked')
      await download.close()
      expect(checked.haveBytes).toBe(half.haveBytes)
      return checked.readBytes
    }
    expect(await start()).toBeLessThan(PIECE_BYTES)
    // Check the measurement: a changed time causes everything to be read.
    const { size } = await stat(half.path)
    await utimes(half.path, new Date(0), new Date(0))
    expect(await start()).toBeGreaterThan(size / 2)
    expect(await start()).toBeLessThan(PIECE_BYTES)
    expect(correctPieces(half.file.metainfo, half.path).filter(Boolean).length).toBe(17)
  })
})
