/** The room of a share on the page of its link: with nothing installed, over a real hub. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseMagnet } from '@shoal/torrent'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { findings } from '../apps/web/e2e/testing/axe.ts'
import { formatShareLink } from '../packages/links/src/index.ts'
import { screenshot } from './support/browser.ts'
import { ChatHub } from './support/chat-nodes.ts'
import { randomTree, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser, useSeeder } from './support/page-tests.ts'
import { missing } from './support/tools.ts'

const PHONE = { viewport: { width: 360, height: 740 }, locale: 'de-DE', colorScheme: 'dark' } as const

async function enter(tab: Page, open = 'Open the room'): Promise<void> {
  await tab.getByRole('button', { name: open }).click()
  await tab.getByRole('log').waitFor()
}

describe.skipIf(missing('chromium-headless-shell'))('the page of a share link: its room', () => {
  const hub = ChatHub.forEachTest({ roomGuests: true })
  const browser = useBrowser()
  const seeder = useSeeder()

  test('whoever has the link talks with those who are members of the hub', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomTree(dir.join('Harbour'), { 'film.mp4': 100_000, 'notes.txt': 2000 })
    const { magnet } = await seeder.seed(dir.join('Harbour'), [site.announce])
    const ann = await hub.join('Ann')
    const plain = formatShareLink(site.url, { magnet: parseMagnet(magnet) })
    const { link, conversation } = await ann.operations.createShareRoom({ link: plain })
    // A service worker would load all of the site.
    const { page: tab, problems } = await browser.open(link, { serviceWorkers: 'block' })
    await tab.getByText('2 files').waitFor()
    await tab.getByText('Whoever has this link can read and write here').waitFor()
    const before = new Set(site.requested)
    await enter(tab)
    await tab.getByText('Nobody has written anything yet.').waitFor()
    await tab.getByLabel('Your name').fill('Visitor')
    await tab.getByLabel('Message').fill('Is this the **old** harbour?')
    await tab.getByRole('button', { name: 'Send' }).click()
    await expect.poll(() => ann.texts(conversation.id)).toEqual(['Is this the **old** harbour?'])
    const { sender } = (await ann.messages(conversation.id))[0]!
    expect(sender.name).toBe(`Visitor (${sender.did.slice(-8)})`)
    await ann.say(conversation.id, `The new one: see ${link} and [this](https://harbour.example/)`)
    const log = tab.getByRole('log')
    await log.getByText(`Ann (${ann.did.slice(-8)})`).waitFor()
    await log.getByText('(harbour.example)').waitFor()
    await log.getByRole('link', { name: 'Harbour' }).waitFor()
    expect(await log.getByRole('article').count()).toBe(2)
    expect(await findings(tab)).toEqual([])
    await screenshot(tab, 'page-room')
    // The code of MLS is on no page of a share.
    const scripts = [...new Set(site.requested)].filter(path => path.endsWith('.js'))
    expect(scripts.filter(path => !before.has(path)).length).toBeGreaterThan(1)
    const code = await Promise.all(scripts.map(path => readFile(join(site.folder, path), 'utf8')))
    expect(code.filter(text => /ts-mls|createApplicationMessage|MLS 1\.0/.test(text))).toEqual([])
    // The same person at the next visit, and another one in another browser.
    await tab.reload()
    await enter(tab)
    await log.getByText('old', { exact: true }).waitFor()
    expect(await tab.getByLabel('Your name').inputValue()).toBe('Visitor')
    await tab.getByLabel('Message').fill('Thanks')
    await tab.getByLabel('Message').press('Enter')
    await expect.poll(() => ann.messages(conversation.id)).toHaveLength(3)
    expect((await ann.messages(conversation.id)).at(-1)!.sender.did).toBe(sender.did)
    const { page: other } = await browser.open(link, PHONE)
    await enter(other, 'Raum öffnen')
    await other.getByRole('log').getByText('Thanks').waitFor()
    expect(await findings(other)).toEqual([])
    await screenshot(other, 'page-room-phone')
    expect(problems).toEqual([])
  })
})
