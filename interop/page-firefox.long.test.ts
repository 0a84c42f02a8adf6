/** The page of a share link in Debian's Firefox. */
import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { randomTree, tempDir } from './support/files.ts'
import { click, launchFirefox, shows } from './support/firefox.ts'
import { PageSite } from './support/page-site.ts'
import { Seeder } from './support/seeder.ts'
import { missing } from './support/tools.ts'

describe.skipIf(missing('firefox-esr'))('the page of a share link in Firefox', () => {
  test('shows a share, downloads it, previews it through its service worker and keeps it after a reload', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await using seeder = await Seeder.start()
    await randomTree(dir.join('Harbour'), { 'large.bin': 5_000_000 })
    await writeFile(dir.join('Harbour', 'notes.txt'), 'The boats leave at dawn.\n')
    const { magnet } = await seeder.seed(dir.join('Harbour'), [site.announce])
    await using firefox = await launchFirefox()
    const tab = await firefox.open(`${site.url}#${magnet}`)
    await shows(tab, '1 device has all of it')
    await click(tab, 'Download 5.00')
    await shows(tab, 'Complete and verified')
    await click(tab, 'Show notes.txt')
    await shows(tab, 'The boats leave at dawn.')
    await tab.reload()
    await shows(tab, 'Complete and verified')
    expect(site.requested.filter(path => /~|Harbour|btih/.test(path))).toEqual([])
  })
})
