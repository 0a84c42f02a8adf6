import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lackingChromium, type ServedConsole, serveConsole } from './testing/console.ts'
import { serviceWorkerReady } from './testing/service-worker.ts'

let served: ServedConsole
beforeAll(async () => {
  served = await serveConsole({ window: true })
})
afterAll(() => served.close())

const keptPaths = (page: Page) =>
  page.evaluate(async () => {
    const paths: string[] = []
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname)
    return paths
  })

test('what the manifest names is there, in the sizes that it says', () => {
  const manifest = JSON.parse(readFileSync(join(served.folder, 'manifest.webmanifest'), 'utf8'))
  expect(manifest).toMatchObject({ name: 'Shoal', start_url: '/', scope: '/', display: 'standalone' })
  const icons = manifest.icons as { src: string; type: string; sizes: string; purpose?: string }[]
  const bitmaps = icons.filter(({ type }) => type === 'image/png')
  for (const { src, sizes } of bitmaps) {
    const header = readFileSync(join(served.folder, src)).subarray(0, 24)
    expect(`${header.readUInt32BE(16)}x${header.readUInt32BE(20)}`, src).toBe(sizes)
  }
  // As browsers ask for, before they offer to install it.
  expect(bitmaps.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']))
  expect(icons.some(({ purpose }) => purpose === 'maskable')).toBe(true)
})

describe.skipIf(lackingChromium())('the console as an application', () => {
  // One page for all tests: installing the service worker loads the whole console.
  let page: Page
  let close = async () => {}
  beforeAll(async () => {
    ;({ page, close } = await served.open('/', { permissions: ['notifications'] }))
    await serviceWorkerReady(page)
  })
  afterAll(() => close())

  test('Chromium finds nothing that hinders its installation', async () => {
    const devtools = await page.context().newCDPSession(page)
    const { errors, url } = await devtools.send('Page.getAppManifest')
    expect([url, errors]).toEqual([`${served.url}/manifest.webmanifest`, []])
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
    // A context of its own is a private window, where nothing is installed.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter(id => id !== 'in-incognito')).toEqual([])
  })

  test('it opens while the node is away, any page of it, and says that the node does not answer', async () => {
    await served.goAway()
    try {
      for (const path of ['/', '/settings', '/dashboard']) {
        await page.goto(served.url + path)
        await page.getByText('The node is not responding').first().waitFor()
      }
      // Parts that were never opened before are at hand, too.
      await page.goto(served.url)
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByRole('textbox', { name: 'Link' }).waitFor()
    } finally {
      await served.comeBack()
    }
  })

  test('nothing of the node is kept, only the console', async () => {
    const paths = await keptPaths(page)
    expect(paths.filter(path => !path.startsWith('/assets/')).sort()).toEqual([
      '/',
      '/icon.svg',
      '/manifest.webmanifest',
    ])
  })

  test('a notification that is clicked opens its page', async () => {
    await page.goto(`${served.url}/?mock`)
    await page.getByRole('button', { name: 'Add', exact: true }).waitFor()
    const [worker] = page.context().serviceWorkers()
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready
      await registration.showNotification('Ada', { tag: 'ada', data: { path: '/settings' } })
    })
    await worker!.evaluate(async () => {
      const scope = globalThis as unknown as { readonly registration: ServiceWorkerRegistration }
      const [notification] = await scope.registration.getNotifications()
      const Click = Reflect.get(globalThis, 'NotificationEvent') as new (name: string, given: object) => Event
      dispatchEvent(new Click('notificationclick', { notification }))
    })
    await page.waitForURL('**/settings')
  })

  test('a new build takes the place of the one before', async () => {
    const html = readFileSync(join(served.folder, 'index.html'), 'utf8')
    const list = readFileSync(join(served.folder, 'build.json'), 'utf8')
    try {
      writeFileSync(join(served.folder, 'assets', 'second.js'), `document.body.textContent = 'second build'`)
      writeFileSync(
        join(served.folder, 'index.html'),
        '<script type="module" src="/assets/second.js"></script>',
      )
      writeFileSync(join(served.folder, 'build.json'), JSON.stringify({ files: ['/assets/second.js'] }))
      await page.reload()
      await page.getByText('second build').waitFor()
      const assets = async () => (await keptPaths(page)).filter(path => path.startsWith('/assets/'))
      await expect.poll(assets).toEqual(['/assets/second.js'])
      await served.goAway()
      await page.reload()
      await page.getByText('second build').waitFor()
    } finally {
      writeFileSync(join(served.folder, 'index.html'), html)
      writeFileSync(join(served.folder, 'build.json'), list)
      await served.goAway()
      await served.comeBack()
    }
  })
})
