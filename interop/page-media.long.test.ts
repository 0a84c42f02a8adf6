/** Playing and viewing files on the page of a share link before they are downloaded. */
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { seekTo, shownAt, startPlaying } from '../apps/web/e2e/testing/player.ts'
import { randomFile, tempDir } from './support/files.ts'
import { copyPart, FILM_SECONDS, ffmpeg, makeFilm, watchOffsets } from './support/film.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser } from './support/page-tests.ts'
import { Seeder } from './support/seeder.ts'
import { missing } from './support/tools.ts'

const MIB = 1024 * 1024

describe.skipIf(missing('chromium', 'ffmpeg'))('the page of a share link: media', () => {
  const browser = useBrowser({ program: 'chromium' })

  test('plays a mostly missing film and continues at the position sought', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const film = dir.join('film.mp4')
    await makeFilm(film)
    const { size } = await stat(film)
    // No peer has the part in between: the request order is covered by the tests of the engine's
    // streams.
    await copyPart(film, dir.join('head'), 0, 0.2)
    await copyPart(film, dir.join('tail'), 0.7, 1)
    await using first = await Seeder.start()
    const { magnet } = await first.seed(film, [site.announce], { copyIn: dir.join('head') })
    const { page: tab, problems } = await browser.open(`${site.url}#${magnet}`)
    const offsets = watchOffsets(tab, /~/)
    await tab.getByRole('button', { name: 'Play film.mp4' }).click()
    const video = tab.locator('video')
    await startPlaying(video)
    const reaches = (seconds: number) =>
      until(`the film plays at ${seconds} s`, async () => (await shownAt(video)) > seconds)
    await reaches(0)
    const speed = await tab.getByRole('combobox', { name: 'Speed' }).boundingBox()
    expect(speed!.y + speed!.height).toBeLessThanOrEqual(tab.viewportSize()!.height)
    const sought = 0.8 * FILM_SECONDS
    expect(offsets.filter(offset => offset > 0.3 * size)).toEqual([])
    await seekTo(video, sought)
    await until('the page asks for that part', () => offsets.some(offset => offset > 0.7 * size))
    await using second = await Seeder.start()
    await second.seed(film, [site.announce], { copyIn: dir.join('tail') })
    await reaches(sought)
    expect(problems).toEqual([])
  })

  test('shows pictures, texts and PDF documents and does not run scripts of shared pages', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await using seeder = await Seeder.start()
    const folder = dir.join('Mixed')
    await mkdir(folder)
    await ffmpeg('-i', 'testsrc=size=320x200', '-frames:v', '1', `${folder}/card.png`)
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
    expect(seeder.uploadedBytes).toBeLessThan(4 * MIB)
    expect(problems).toEqual([])
    expect(site.requested.filter(path => path.includes('~'))).toEqual([])
  })
})

/** The smallest document accepted by viewers. */
const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
`
