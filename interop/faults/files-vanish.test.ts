/**
 * Files that are deleted, truncated or replaced while a torrent runs: no wrong data is served, and
 * missing data is downloaded again.
 */
import { mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { Session, type SessionOptions, ShoalError, type Torrent } from '@shoal/torrent'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sha256Of, tempDir } from '../support/files.ts'
import { ALONE, correctPieces, type SharedFile, seeder, sharedFile } from './support.ts'

const MIB = 1024 * 1024

interface Setting {
  readonly file: SharedFile
  readonly folder: string
  readonly session: Session
  readonly torrent: Torrent
  readonly seed: Torrent
  readonly errors: Error[]
}

/** Starts a slow download. */
async function slowDownload(options: SessionOptions = {}): Promise<Setting> {
  const dir = await tempDir('vanish')
  onTestFinished(dir.remove)
  const file = await sharedFile(dir.join('seed'), 'file', 12 * MIB + 7)
  const from = await seeder([file])
  onTestFinished(() => from.session.close())
  const seed = from.torrents[0]!
  seed.setLimits({ uploadBytesPerSecond: 2 * MIB })
  const stateDirectory = options.stateDirectory === null ? null : dir.join('state')
  const session = await Session.open({ ...ALONE, directory: dir.join('get'), ...options, stateDirectory })
  onTestFinished(() => session.close())
  const torrent = await session.add(file.metainfo, { peers: [from.address] })
  const errors: Error[] = []
  torrent.on('error', error => errors.push(error))
  await until('a part is downloaded', () => torrent.stats.haveBytes > 2 * MIB)
  return { file, folder: dir.join('get'), session, torrent, seed, errors }
}

/** Resumes the torrent whenever it stops until it is complete; then compares every byte. */
async function finish({ torrent, seed, file, folder }: Setting): Promise<void> {
  seed.setLimits({ uploadBytesPerSecond: Number.POSITIVE_INFINITY })
  await until(
    'it is complete',
    async () => {
      if (torrent.state === 'error') await torrent.resume()
      return torrent.state === 'seeding'
    },
    { intervalMs: 100 },
  ).catch(error => {
    throw new Error(`${error.message}: ${JSON.stringify(torrent.stats)}`)
  })
  expect(await sha256Of(`${folder}/file`)).toBe(file.sha256)
}

describe('while a torrent downloads', () => {
  test('a deleted folder stops the torrent with an error that says what to do, and resuming completes it', async () => {
    const setting = await slowDownload()
    await rm(setting.folder, { recursive: true })
    await until('it stops', () => setting.torrent.state === 'error')
    expect(setting.errors[0]).toBeInstanceOf(ShoalError)
    // Detected either by a write to the missing folder or by the check of all files before progress
    // is recorded.
    expect(setting.errors[0]!.message).toMatch(/(deleted or truncated|does not exist).*resume/)
    await finish(setting)
  })

  test('a deleted file does not count as complete, even without a record', async () => {
    const setting = await slowDownload({ stateDirectory: null })
    await rm(`${setting.folder}/file`)
    await finish(setting)
  })

  test('moving the folder away and back loses nothing', async () => {
    const setting = await slowDownload()
    const { folder, torrent, seed } = setting
    await rename(folder, `${folder}-away`)
    await until('it stops', () => torrent.state === 'error')
    await rm(folder, { recursive: true, force: true })
    await rename(`${folder}-away`, folder)
    const before = correctPieces(setting.file.metainfo, `${folder}/file`).filter(Boolean).length
    seed.setLimits({ uploadBytesPerSecond: 1 })
    await torrent.resume()
    await until('it is checked', () => torrent.state === 'downloading')
    expect(torrent.stats.haveBytes).toBeGreaterThanOrEqual((before - 1) * 256 * 1024)
    await finish(setting)
  })

  test('a link out of the folder that replaced a file is not followed', async () => {
    const setting = await slowDownload()
    const { folder, session, torrent, file } = setting
    const outside = `${folder}-outside`
    await writeFile(outside, 'not ours')
    await torrent.pause()
    await session.close()
    await rm(`${folder}/file`)
    await symlink(outside, `${folder}/file`)
    const again = await Session.open({ ...ALONE, directory: folder })
    onTestFinished(() => again.close())
    const from = await seeder([file])
    onTestFinished(() => from.session.close())
    const second = await again.add(file.metainfo, { peers: [from.address] })
    await until('it stops', () => second.state === 'error')
    expect(second.stats.error).toMatch(/symbolic link\. Replace it with the file itself/)
    expect(await readFile(outside, 'utf8')).toBe('not ours')
  })
})

describe('while a torrent seeds', () => {
  async function seeding(): Promise<{
    dir: string
    file: SharedFile
    session: Session
    torrent: Torrent
    address: string
  }> {
    const dir = await tempDir('vanish')
    onTestFinished(dir.remove)
    const file = await sharedFile(dir.join('seed'), 'file', 4 * MIB)
    const { session, torrents, address } = await seeder([file])
    onTestFinished(() => session.close())
    return { dir: dir.path, file, session, torrent: torrents[0]!, address }
  }

  test('a truncated file stops the torrent, which seeds again once the file is restored', async () => {
    const { dir, file, torrent, address } = await seeding()
    await truncate(file.path, MIB)
    await mkdir(`${dir}/get`)
    const leech = await Session.open({ ...ALONE, directory: `${dir}/get` })
    onTestFinished(() => leech.close())
    const download = await leech.add(file.metainfo, { peers: [address] })
    await until('the seed stops', () => torrent.state === 'error')
    expect(torrent.stats.error).toMatch(/were deleted or truncated: put them back, then resume/)
    const right = await sharedFile(`${dir}/again`, 'file', 4 * MIB)
    await rename(right.path, file.path)
    await torrent.resume()
    await until('it seeds again', () => torrent.state === 'seeding')
    download.addPeer(address)
    await download.whenComplete()
    expect(await sha256Of(`${dir}/get/file`)).toBe(file.sha256)
    // The seed never sent other data in place of unreadable data.
    expect(download.stats.wastedBytes).toBe(0)
  })
})
