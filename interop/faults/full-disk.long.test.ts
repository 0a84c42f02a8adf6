/** Full and read-only disks. */
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { until } from '@shoal/testing'
import { writeMetainfo } from '@shoal/torrent'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type TempDir, tempDir } from '../support/files.ts'
import { JsonLines } from '../support/json-lines.ts'
import { start } from '../support/process.ts'
import { missing, toolPath } from '../support/tools.ts'
import type { TorrentView } from './session-calls.ts'
import { ALONE, type SharedFile, seeder, sharedFile } from './support.ts'

const MIB = 1024 * 1024
const PROGRAM = fileURLToPath(new URL('session-calls.ts', import.meta.url))

/** Why no disk can be mounted, or null. */
const unable = process.getuid?.() === 0 ? missing('unshare', 'mount') : 'mounting a disk requires root'

/** Starts a session in a separate mount namespace, where `disk` is a small tmpfs. */
async function sessionOnDisk(disk: string, options: string): Promise<JsonLines> {
  const script = `mount -t tmpfs -o ${options} tmpfs "$1" && exec "$2" "$3"`
  const args = ['-m', 'sh', '-c', script, 'sh', disk, process.execPath, PROGRAM]
  const child = await start('session', toolPath('unshare'), args, { stdin: true, ownStdout: true })
  onTestFinished(() => child.stop())
  return new JsonLines(child)
}

async function prepare(lengths: Record<string, number>): Promise<{ dir: TempDir; files: SharedFile[] }> {
  const dir = await tempDir('disk')
  onTestFinished(dir.remove)
  const files: SharedFile[] = []
  for (const [name, length] of Object.entries(lengths)) {
    const file = await sharedFile(dir.join('seed'), name, length, { seed: files.length })
    await writeFile(dir.join(`${name}.torrent`), writeMetainfo(file.metainfo))
    files.push(file)
  }
  await mkdir(dir.join('disk'))
  return { dir, files }
}

describe.skipIf(unable)(`a small disk${unable ? ` (${unable})` : ''}`, () => {
  test('that is full stops only the torrent on it, which resumes without losses once there is space', async () => {
    const { dir, files } = await prepare({ large: 16 * MIB + 5, other: 4 * MIB })
    const { session, torrents, address } = await seeder(files)
    onTestFinished(() => session.close())
    const disk = dir.join('disk')
    const calls = await sessionOnDisk(disk, 'size=24m')
    await calls.call('fill', { path: `${disk}/filler`, keepBytes: 6 * MIB })
    await calls.call('open', { ...ALONE, stateDirectory: `${disk}/state` })
    const add = (name: string, directory: string) =>
      calls.call<number>('add', { torrentFile: dir.join(`${name}.torrent`), directory, peers: [address] })
    const large = await add('large', disk)
    const view = (torrent: number) => calls.call<TorrentView>('view', { torrent })
    const stopped = await until('the disk is full', async () => {
      const seen = await view(large)
      return seen.state === 'error' && seen
    })
    expect(stopped.error).toEqual({
      code: 'no-space',
      message: `No space left on ${disk}. Free some space to resume the download.`,
    })
    // The stored part is kept.
    expect(stopped.haveBytes).toBeGreaterThan(2 * MIB)
    const other = await add('other', dir.join('elsewhere'))
    await until('the other torrent is done', async () => (await view(other)).state === 'seeding')
    expect((await view(large)).state).toBe('error')

    await calls.call('remove', { path: `${disk}/filler` })
    await until('it is done', async () => (await view(large)).state === 'seeding')
    expect(await calls.call('sha256', { path: `${disk}/large` })).toBe(files[0]!.sha256)
    // Only blocks in flight were downloaded again.
    expect(torrents[0]!.stats.uploadedBytes).toBeLessThan(17 * MIB)
    await calls.call('close')
  })

  test('that is full at shutdown loses no verified data', async () => {
    const { dir, files } = await prepare({ large: 16 * MIB })
    const { session, address } = await seeder(files)
    onTestFinished(() => session.close())
    const disk = dir.join('disk')
    const calls = await sessionOnDisk(disk, 'size=24m')
    await calls.call('fill', { path: `${disk}/filler`, keepBytes: 6 * MIB })
    const options = { ...ALONE, stateDirectory: `${disk}/state`, restore: false }
    const torrentFile = dir.join('large.torrent')
    const run = async (peers: string[], condition: (view: TorrentView) => boolean) => {
      await calls.call('open', options)
      const torrent = await calls.call<number>('add', { torrentFile, directory: disk, peers })
      return await until('the condition is met', async () => {
        const seen = await calls.call<TorrentView>('view', { torrent })
        return condition(seen) && seen
      })
    }
    const stopped = await run([address], ({ state }) => state === 'error')
    await calls.call('close')
    const again = await run([], ({ state }) => state === 'downloading')
    expect(again.haveBytes).toBeGreaterThanOrEqual(stopped.haveBytes)
    await calls.call('close')
    await calls.call('remove', { path: `${disk}/filler` })
    await run([address], ({ state }) => state === 'seeding')
    expect(await calls.call('sha256', { path: `${disk}/large` })).toBe(files[0]!.sha256)
  })

  test('that is read-only stops the torrent on it, with an error that says what to do, until it is writable', async () => {
    const { dir, files } = await prepare({ file: MIB })
    const { session, address } = await seeder(files)
    onTestFinished(() => session.close())
    const disk = dir.join('disk')
    const calls = await sessionOnDisk(disk, 'size=8m,ro')
    await calls.call('open', ALONE)
    const torrent = await calls.call<number>('add', {
      torrentFile: dir.join('file.torrent'),
      directory: disk,
      peers: [address],
    })
    const view = () => calls.call<TorrentView>('view', { torrent })
    await until('the torrent stops', async () => (await view()).state === 'error')
    expect((await view()).error).toMatchObject({
      code: 'no-permission',
      message: /read-only file system\. Choose another folder/,
    })
    await calls.call('run', { program: toolPath('mount'), args: ['-o', 'remount,rw', disk] })
    await calls.call('resume', { torrent })
    await until('it is done', async () => (await view()).state === 'seeding')
  })
})
