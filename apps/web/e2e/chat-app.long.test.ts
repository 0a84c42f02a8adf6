import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DIST } from '../scripts/build-console.ts'
import { findings } from './testing/axe.ts'
import { lackingChromium, type OpenPage, type ServedConsole, serveConsole } from './testing/console.ts'

const BUILT = join(DIST, 'chat-app')
let served: ServedConsole
let opened: OpenPage

/** The version of the app, as its dialog shows it. */
async function versionOf(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'This device' }).click()
  const dialog = page.getByRole('dialog', { name: 'This device' })
  const version = await dialog.getByText(/^\d+\.\d+\.\d+ \([0-9a-f]{12}\)$/).innerText()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  return version
}

async function check(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'This device' }).click()
  await page.getByRole('button', { name: 'Check for a new version' }).click()
}

const isReady = (page: Page) => page.getByRole('heading', { name: 'Set up this browser' }).waitFor()

/** Writes another version to the server: the page has a new title, and the list its hash. */
function publish(version: string, title: string): void {
  const listFile = join(served.folder, 'release.json')
  const { files } = JSON.parse(readFileSync(listFile, 'utf8'))
  const html = readFileSync(join(BUILT, 'index.html'), 'utf8').replace(
    '<html lang',
    `<html data-is="${title}" lang`,
  )
  writeFileSync(join(served.folder, 'index.html'), html)
  files['index.html'] = createHash('sha256').update(html).digest('base64url')
  writeFileSync(listFile, JSON.stringify({ version, files }))
}

/** Changes a script on the server, but not its hash in the list. */
function tamper(): void {
  const name = readdirSync(join(served.folder, 'assets')).find(each => /^App-.*\.js$/.test(each))!
  const file = join(served.folder, 'assets', name)
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nglobalThis.tampered = true`)
}

const whichPage = (page: Page) => page.locator('html').getAttribute('data-is')

describe.skipIf(lackingChromium())('the chat app', () => {
  beforeAll(async () => {
    served = await serveConsole({ window: true, dist: BUILT })
  })
  afterEach(async () => {
    await opened?.close()
    served.restore()
  })
  afterAll(() => served.close())

  test('Chromium finds nothing that hinders its installation, and axe nothing on its first page', async () => {
    opened = await served.open('/')
    const { page, complaints } = opened
    await isReady(page)
    const devtools = await page.context().newCDPSession(page)
    const { errors, url } = await devtools.send('Page.getAppManifest')
    expect([url, errors]).toEqual([`${served.url}/manifest.webmanifest`, []])
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
    // A context of its own is a private window, where nothing is installed.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter(id => id !== 'in-incognito')).toEqual([])
    expect(await findings(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('it starts without the server, from files that were checked', async () => {
    opened = await served.open('/')
    const { page } = opened
    await isReady(page)
    const version = await versionOf(page)
    await served.goAway()
    await page.reload()
    await isReady(page)
    expect(await versionOf(page)).toBe(version)
    // The server is asked for nothing but the list of another release and the loader.
    const asked: string[] = []
    await served.comeBack()
    page.on('request', request => {
      if (request.serviceWorker() || !request.isNavigationRequest())
        asked.push(new URL(request.url()).pathname)
    })
    const list = page.context().waitForEvent('request', request => request.url().endsWith('release.json'))
    await page.reload()
    await list
    const answers = await page.evaluate(async () => {
      const other = await fetch('./of-the-server.js')
      const own = await fetch('./manifest.webmanifest')
      return [other.status, own.status, own.headers.get('content-security-policy')]
    })
    expect(answers).toEqual([404, 200, expect.stringContaining("script-src 'self'")])
  })

  test('a new version changes nothing until the user takes it', async () => {
    opened = await served.open('/')
    const { page } = opened
    await isReady(page)
    const version = await versionOf(page)
    publish('99.1.0', 'next')
    await page.reload()
    const offer = page.getByText(/^Version 99\.1\.0 \([0-9a-f]{12}\) is available\./)
    await offer.waitFor()
    expect([await versionOf(page), await whichPage(page)]).toEqual([version, null])
    await page.reload()
    await offer.waitFor()
    expect(await whichPage(page)).toBeNull()
    const loaded = page.waitForEvent('load')
    await page.getByRole('button', { name: 'Install and reload' }).click()
    await loaded
    await isReady(page)
    expect(await whichPage(page)).toBe('next')
    expect(await versionOf(page)).toMatch(/^99\.1\.0 /)
    await check(page)
    await page.getByText('This is the newest version that the server has.').waitFor()
    // Only the files of one version are kept.
    const releases = await page.evaluate(async () => {
      const names = await caches.keys()
      return names.filter(name => /[0-9a-f]{12}$/.test(name)).length
    })
    expect(releases).toBe(1)
  })

  test('a version with a file that is not its own is refused', async () => {
    opened = await served.open('/')
    const { page } = opened
    await isReady(page)
    const version = await versionOf(page)
    publish('99.1.0', 'next')
    tamper()
    await page.reload()
    await page.getByRole('button', { name: 'Install and reload' }).click()
    await page.getByText('a file from the server is not the one that the version names').waitFor()
    await page.reload()
    await isReady(page)
    expect([await versionOf(page), await whichPage(page)]).toEqual([version, null])
    expect(await page.evaluate(() => 'tampered' in globalThis)).toBe(false)
  })

  test('an older version is refused', async () => {
    opened = await served.open('/')
    const { page } = opened
    await isReady(page)
    publish('0.0.1', 'old')
    await check(page)
    await page.getByText('The server offers no proper version. The app stays as it is.').waitFor()
  })

  test('the first version is not installed with a file that is not its own', async () => {
    tamper()
    opened = await served.open('/')
    const { page } = opened
    await page.getByRole('heading', { name: 'The app was not installed' }).waitFor()
    expect(await page.evaluate(() => caches.keys())).toEqual([])
    expect(await page.evaluate(() => 'tampered' in globalThis)).toBe(false)
  })
})
