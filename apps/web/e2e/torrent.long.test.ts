import { readFileSync } from 'node:fs'
import { until } from '@shoal/testing'
import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings, findingsInThemes } from './testing/axe.ts'
import { lackingChromium, type ServedConsole, serveConsole } from './testing/console.ts'
import { dialogOf } from './testing/dialog.ts'
import { closeWithEscape, openMenu } from './testing/overlays.ts'
import { shownAt, startPlaying } from './testing/player.ts'

/** Four minutes of a test picture: it has not ended when a key pauses it. */
const FILM = readFileSync(new URL('testing/film.webm', import.meta.url))

let served: ServedConsole
beforeAll(async () => {
  served = await serveConsole()
})
afterAll(() => served.close())

type Options = Parameters<ServedConsole['open']>[1]

/**
 * A page of the made-up node with one torrent open: a film with subtitles, a picture and a text.
 */
function onFilm(run: (page: Page) => Promise<void>, options: Options = {}) {
  return served.on(
    '/?mock&q=Sintel',
    async page => {
      await page.locator('a', { hasText: 'Sintel' }).first().click()
      await page.getByRole('heading', { name: /Sintel/ }).waitFor()
      await run(page)
    },
    options,
  )
}

const tab = (page: Page, name: string | RegExp) => page.getByRole('tab', { name }).click()
const TABS = ['Overview', /^Files/, /^Peers/, 'Trackers', 'Graph', 'Log', 'Options', 'Room'] as const

describe.skipIf(lackingChromium())('one torrent and the settings, with a made-up node', () => {
  // Colours are the same on both.
  for (const { viewport, find } of [
    { viewport: { width: 375, height: 812 }, find: findings },
    { viewport: { width: 1366, height: 820 }, find: findingsInThemes },
  ]) {
    test(`axe finds nothing in any tab (${viewport.width} pixels)`, async () => {
      await onFilm(async page => {
        await page.setViewportSize(viewport)
        for (const name of TABS) {
          await tab(page, name)
          await page.getByRole('tabpanel').waitFor()
          await page.waitForFunction(
            () => !document.querySelector('[role=tabpanel] [role=status] .visually-hidden'),
          )
          expect(await find(page), String(name)).toEqual([])
        }
      })
    })
  }

  test('the menu of all actions opens in a narrow window, too', async () => {
    await onFilm(async page => {
      await page.setViewportSize({ width: 600, height: 800 })
      await openMenu(page, page.getByRole('button', { name: 'More actions' }))
      await page.getByRole('menuitem', { name: 'Recheck' }).waitFor()
      await closeWithEscape(page)
    })
  })

  test('files are chosen by folder, prioritised, filtered and renamed', async () => {
    await onFilm(async page => {
      await tab(page, /^Files/)
      const tree = page.getByRole('treegrid')
      await tree.focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowLeft')
      await expect.poll(() => page.getByRole('row').count()).toBe(5)
      await page.keyboard.press('Space')
      const want = (name: string) => page.getByLabel(`Download ${name}`, { exact: true })
      await expect.poll(() => want('subtitles').isChecked()).toBe(false)
      expect(await want('Sintel (2010) 4K').evaluate((box: HTMLInputElement) => box.indeterminate)).toBe(true)
      await page.getByLabel('Priority of poster.jpg').selectOption('7')
      await expect
        .poll(() => page.getByLabel('Priority of Sintel (2010) 4K', { exact: true }).inputValue())
        .toBe('mixed')
      await page.getByLabel('Filter files').fill('en.srt')
      await expect.poll(() => page.getByRole('row').count()).toBe(3)
      await page.getByLabel('Filter files').fill('')
      // A file that another torrent has too.
      const readme = page.getByRole('row').filter({ hasText: 'README.md' })
      await readme.getByText('Also in Big Buck Bunny (2008) 1080p 60fps').waitFor()
      await page.getByLabel('Actions for README.md').click()
      await page.getByText('Rename…').click()
      await page.getByLabel('New path in the torrent').fill('Sintel (2010) 4K/notes.md')
      await page.getByRole('button', { name: 'Rename', exact: true }).click()
      await page.getByRole('button', { name: 'Open notes.md' }).waitFor()
    })
  })

  test('a film plays while it downloads, with its subtitles, and by keyboard', async () => {
    await onFilm(async page => {
      const asked: string[] = []
      const { promise: pieceHere, resolve: pieceComes } = Promise.withResolvers<void>()
      await page.route('**/*.mp4', async route => {
        asked.push(route.request().headers().range ?? '')
        await pieceHere
        await answerRange(route, FILM)
      })
      await page.getByRole('button', { name: 'Play', exact: true }).click()
      await page.getByText('Fetching this part first').waitFor()
      pieceComes()
      const video = page.locator('video')
      await until('the film is shown', async () => (await shownAt(video)) >= 0)
      await startPlaying(video)
      await until('the film plays', async () => (await shownAt(video)) > 0)
      await expect.poll(() => page.getByText('Fetching this part first').count()).toBe(0)
      await video.focus()
      await page.keyboard.press('k')
      expect(await video.evaluate((player: HTMLVideoElement) => player.paused)).toBe(true)
      await page.keyboard.press('Shift+Period')
      await expect.poll(() => video.evaluate((player: HTMLVideoElement) => player.playbackRate)).toBe(1.25)
      await page.waitForFunction(() => document.querySelector('video')!.textTracks.length === 5)
      await page.keyboard.press('c')
      const cues = () => video.evaluate((player: HTMLVideoElement) => player.textTracks[0]!.cues?.length)
      await expect.poll(cues).toBe(2)
      expect(asked[0]).toMatch(/^bytes=0-/)
      expect(await findings(page, { except: ['video-caption'] })).toEqual([])
      await closeWithEscape(page)
      await expect.poll(() => video.count()).toBe(0)
      expect(page.url()).not.toContain('open=')
    })
  })

  test('pictures and texts are shown; a document that could act is not', async () => {
    await onFilm(async page => {
      await tab(page, /^Files/)
      await page.getByRole('button', { name: 'Open poster.jpg' }).click()
      await page.waitForFunction(
        () => document.querySelector<HTMLImageElement>('[role=dialog] img')?.complete,
      )
      await closeWithEscape(page)
      await page.getByRole('button', { name: 'Open README.md' }).click()
      await dialogOf(page).getByRole('link', { name: 'the site' }).waitFor()
      await page.getByLabel('Source').check()
      await page.getByText('See [the site](https://example.org).').waitFor()
      expect(await findings(page)).toEqual([])
    })
  })

  test('the peers tab shows how much came from each kind of source, and follows it', async () => {
    await onFilm(async page => {
      await tab(page, /^Peers/)
      const list = page.getByRole('list', { name: 'Where it comes from' })
      await list.getByText('TCP').waitFor()
      const entry = list.getByRole('listitem').filter({ hasText: 'TCP' })
      await entry.getByText(/[KMG]i?B\/s$/).waitFor()
      const before = await entry.textContent()
      await page.waitForFunction(
        before => ![...document.querySelectorAll('li')].some(({ textContent }) => textContent === before),
        before,
      )
    })
  })

  test('kinds of sources are switched off and on in the peers tab', async () => {
    await onFilm(async page => {
      await tab(page, /^Peers/)
      const kinds = page.getByRole('list', { name: 'Where it comes from' })
      const peers = page.getByRole('cell', { name: 'TCP', exact: true })
      await peers.first().waitFor()
      await kinds.getByRole('checkbox', { name: 'TCP' }).click()
      await kinds.getByText('off', { exact: true }).waitFor()
      await expect.poll(() => peers.count()).toBe(0)
      expect(await findings(page)).toEqual([])
      // It is what the node says, too.
      await tab(page, 'Overview')
      await tab(page, /^Peers/)
      await kinds.getByRole('checkbox', { name: 'TCP', checked: false }).click()
      await peers.first().waitFor()
    })
  })

  test('trackers, web seeds, peers and options are changed', async () => {
    await onFilm(async page => {
      await tab(page, /^Peers/)
      await page.getByRole('button', { name: /^Downloaded/ }).click()
      const head = page.getByRole('columnheader', { name: /Downloaded/ })
      expect(await head.getAttribute('aria-sort')).toBe('descending')
      await tab(page, 'Trackers')
      await page.getByRole('button', { name: 'Edit trackers' }).click()
      await page.getByLabel('Addresses').fill('udp://one.example:1/announce\n\nudp://two.example:2/announce')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('rowheader', { name: 'Tier 2' }).waitFor()
      await page.getByLabel('Add a web seed').fill('https://seed.example/x')
      await page.getByLabel('Add a web seed').press('Enter')
      await page.getByLabel('Remove https://seed.example/x').click()
      await page.getByText('https://seed.example/x').waitFor({ state: 'detached' })
      await tab(page, 'Options')
      await page.getByLabel('Download limit', { exact: true }).fill('2 MB')
      await page.keyboard.press('Enter')
      await expect.poll(() => page.getByLabel('Unit of Download limit').inputValue()).toBe('MB/s')
      await page.getByLabel('Upload limit', { exact: true }).fill('much')
      await page.keyboard.press('Enter')
      await page.getByText('Enter a number, such as', { exact: false }).waitFor()
      await page.getByLabel('Download in order').check()
      await tab(page, 'Overview')
      await tab(page, 'Options')
      expect(await page.getByLabel('Download in order').isChecked()).toBe(true)
      expect(await page.getByLabel('Download limit', { exact: true }).inputValue()).toBe('2')
    })
  })

  test('a setting is saved at once, refused with a reason, undone, and set back to safe defaults', async () => {
    await served.on('/settings?mock', async page => {
      const most = page.getByLabel('Maximum connections', { exact: true })
      await most.fill('0')
      await most.press('Enter')
      await page.getByText('Enter a number from 1 to 65,535.').waitFor()
      await most.fill('200')
      await most.press('Enter')
      await page.getByText('Maximum connections saved').first().waitFor()
      await page.getByRole('button', { name: 'Undo' }).click()
      await expect.poll(() => most.inputValue()).toBe('500')
      await page.getByLabel('DHT', { exact: true }).uncheck()
      await page.getByRole('button', { name: 'Restore safe defaults' }).click()
      await page.getByText('1 setting changes').waitFor()
      await page.getByRole('button', { name: 'Restore safe defaults' }).last().click()
      await expect.poll(() => page.getByLabel('DHT', { exact: true }).isChecked()).toBe(true)
      expect(await page.getByLabel('Peer port').isDisabled()).toBe(true)
    })
  })

  test('settings are found by what they explain, and the schedule is drawn', async () => {
    await served.on('/settings?mock', async page => {
      await page.getByRole('searchbox', { name: 'Search the settings' }).fill('certain times')
      await expect
        .poll(() => page.getByRole('heading', { level: 2 }).allInnerTexts())
        .toEqual(['Speed limits'])
      await page.getByRole('button', { name: 'Add hours' }).click()
      const week = page.getByRole('img', { name: /^The week/ })
      await week.waitFor()
      await page.getByRole('checkbox', { name: 'Saturday' }).check({ force: true })
      await expect.poll(() => week.locator('[data-entry="0"]').count()).toBe(6)
      expect(await findings(page)).toEqual([])
    })
  })
})

/** As a node does. */
async function answerRange(route: Route, film: Buffer): Promise<void> {
  const range = route.request().headers().range ?? ''
  const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(range) ?? []
  const start = Number(from)
  const end = to === '' ? film.length : Number(to) + 1
  await route.fulfill({
    status: 206,
    headers: {
      'content-type': 'video/webm',
      'accept-ranges': 'bytes',
      'content-range': `bytes ${start}-${end - 1}/${film.length}`,
    },
    body: film.subarray(start, end),
  })
}
