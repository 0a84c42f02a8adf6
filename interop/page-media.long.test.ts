/** Playing and viewing files on the page of a share link before they are downloaded. */
import { execFile } from 'node:child_process'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { randomFile, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser } from './support/page-tests.ts'
import { Seeder } from './support/seeder.ts'
import { missing, toolPath } from './support/tools.ts'

const MIB = 1024 * 1024

describe.skipIf(missing('chromium', 'ffmpeg'))('the page of a share link: media', () => {
  const browser = useBrowser({ program: 'chromium' })

  test('plays a mostly missing film and continues at the position sought', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await using seeder = await Seeder.start()
    const film = dir.join('film.webm')
    await makeFilm(film)
    const { size } = await stat(film)
    const { magnet } = await seeder.seed(film, [site.announce], {
      uploadBytesPerSecond: Math.round(size / 30),
    })
    const { page: tab, problems } = await browser.open(`${site.url}#${magnet}`)
    await tab.getByRole('button', { name: 'Play film.webm' }).click()
    const video = tab.locator('video')
    await video.waitFor()
    await video.evaluate((element: HTMLVideoElement) => {
      element.muted = true
      return element.play()
    })
    const playedTo = () => video.evaluate((element: HTMLVideoElement) => element.currentTime)
    await expect.poll(playedTo).toBeGreaterThan(1)
    const speed = await tab.getByRole('combobox', { name: 'Speed' }).boundingBox()
    expect(speed!.y + speed!.height).toBeLessThanOrEqual(tab.viewportSize()!.height)
    const seconds = await video.evaluate((element: HTMLVideoElement) => element.duration)
    expect(seconds).toBeGreaterThan(50)
    await video.evaluate((element: HTMLVideoElement) => {
      element.currentTime = element.duration * 0.8
    })
    await expect.poll(playedTo).toBeGreaterThan(seconds * 0.8 + 1)
    const uploaded = await seeder.uploaded()
    console.log(`playing at 80 % of the film with ${((100 * uploaded) / size).toFixed(0)} % downloaded`)
    expect(uploaded).toBeLessThan(0.8 * size)
    expect(problems).toEqual([])
  })

  test('shows pictures, texts and PDF documents and does not run scripts of shared pages', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await using seeder = await Seeder.start()
    const folder = dir.join('Mixed')
    await mkdir(folder)
    await promisify(execFile)(toolPath('ffmpeg'), [
      ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=320x200', '-frames:v', '1'],
      `${folder}/card.png`,
    ])
    await writeFile(
      `${folder}/notes.md`,
      '# The harbour\n\nBoats *everywhere*.\n<script>window.ran = 1</script>\n',
    )
    await writeFile(`${folder}/leaflet.pdf`, PDF)
    await writeFile(`${folder}/page.html`, '<script>parent.ran = 1</script><h1>Not run</h1>')
    await randomFile(`${folder}/large.bin`, 8 * MIB)
    const { magnet } = await seeder.seed(folder, [site.announce])
    const { page: tab, problems } = await browser.open(`${site.url}#${magnet}`)
    const show = (name: string) => tab.getByRole('button', { name: `Show ${name}` }).click()
    const close = () => tab.getByRole('button', { name: 'Close' }).click()
    await show('card.png')
    await expect
      .poll(() =>
        tab.locator('img[alt="card.png"]').evaluate((image: HTMLImageElement) => image.naturalWidth),
      )
      .toBe(320)
    await close()
    await show('notes.md')
    await tab.getByRole('heading', { name: 'The harbour' }).waitFor()
    await close()
    await show('page.html')
    await tab.getByText('<h1>Not run</h1>').waitFor()
    await close()
    await show('leaflet.pdf')
    await tab.locator('iframe[title="leaflet.pdf"]').waitFor()
    await close()
    expect(await tab.evaluate(() => 'ran' in globalThis)).toBe(false)
    expect(await seeder.uploaded()).toBeLessThan(4 * MIB)
    expect(problems).toEqual([])
    expect(site.requested.filter(path => path.includes('~'))).toEqual([])
  })
})

/** The smallest document that viewers accept. */
const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
`

/** Creates a film of one minute that does not compress well, with its index at the front: about 15 MB. */
async function makeFilm(path: string): Promise<void> {
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=480x270:rate=24:duration=60']
  const coding = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '2M', '-minrate', '2M']
  const rest = ['-maxrate', '2M', '-g', '48', '-cues_to_front', '1', '-reserve_index_space', '20000']
  await promisify(execFile)(toolPath('ffmpeg'), ['-v', 'error', ...source, ...coding, ...rest, path])
}
