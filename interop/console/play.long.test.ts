import { execFile } from 'node:child_process'
import { mkdir, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Libtorrent } from '../support/libtorrent.ts'
import { missing, toolPath } from '../support/tools.ts'
import { openConsole, skipped, withNode } from './setup.ts'

const MIB = 1024 * 1024

describe.skipIf(skipped ?? missing('ffmpeg'))('the console of a real node: playing', () => {
  test('plays a film of which a tenth is downloaded, and fetches missing parts first when seeking', async () => {
    await withNode(async scene => {
      const { node, dir } = scene
      await mkdir(dir.join('seed'))
      const film = dir.join('seed', 'film.mp4')
      await makeFilm(film)
      const { size } = await stat(film)
      expect(size).toBeGreaterThan(15 * MIB)
      await using seeder = await Libtorrent.start()
      const { magnet } = await seeder.create(film, dir.join('film.torrent'))
      const torrent = await seeder.add({ torrent: dir.join('film.torrent'), savePath: dir.join('seed') })
      // Only a little faster than playback, so that a sequential download would take long to reach the end.
      await torrent.limit({ upload: Math.round(size / 40) })
      const id = torrent.v1!
      await node.api.addTorrent({ source: magnet, peers: [`127.0.0.1:${seeder.port}`] })
      await node.whenTorrent(id, ({ progress }) => progress >= 0.08)

      const { page, problems } = await openConsole(scene, `/torrents/${id}`)
      await page.getByRole('button', { name: 'Play', exact: true }).click()
      const video = page.locator('video')
      await video.waitFor()
      await video.evaluate((element: HTMLVideoElement) => {
        element.muted = true
        return element.play()
      })
      const playedTo = () => video.evaluate((element: HTMLVideoElement) => element.currentTime)
      await expect.poll(playedTo).toBeGreaterThan(1)
      const early = await node.api.getTorrent({ id })
      expect(early.progress).toBeLessThan(0.5)
      const seconds = await video.evaluate((element: HTMLVideoElement) => element.duration)
      expect(seconds).toBeGreaterThan(50)
      await video.evaluate((element: HTMLVideoElement) => {
        element.currentTime = element.duration * 0.8
      })
      await expect.poll(playedTo).toBeGreaterThan(seconds * 0.8 + 1)
      const later = await node.api.getTorrent({ id })
      console.log(`playing at 80 % of the film with ${(100 * later.progress).toFixed(0)} % downloaded`)
      expect(later.progress).toBeLessThan(0.8)
      expect(problems).toEqual([])
    })
  })
})

/** Creates a film of one minute that does not compress well, with its index at the front: about 20 MB. */
async function makeFilm(path: string): Promise<void> {
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=24:duration=60']
  const coding = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-b:v',
    '2800k',
    '-minrate',
    '2800k',
  ]
  const rest = ['-bufsize', '2800k', '-x264-params', 'nal-hrd=cbr:keyint=48', '-movflags', '+faststart']
  await promisify(execFile)(toolPath('ffmpeg'), ['-v', 'error', ...source, ...coding, ...rest, path])
}
