/**
 * The language of the console. The pseudo-translation puts every text of the catalogs in brackets:
 * a text without them is not in a catalog.
 */
import { CONTRACTS_OF_CAPABILITIES, type Contract, type NodeApi, Settings } from '@shoal/api'
import { SimulatedNode } from '@shoal/api/testing/node'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lackingChromium, type ServedConsole, serveConsole } from './testing/console.ts'

let served: ServedConsole
beforeAll(async () => {
  served = await serveConsole()
})
afterAll(() => served.close())

/** Names that no language translates. */
const NAMES = /^(?:Shoal|English|Deutsch|TCP|uTP|DHT|WebRTC|WebSocket|[kMG]B\/s)$/
/** Names and addresses of nodes, protocols and content, and of examples (RFC 5737). */
const IDS = /^(?:http:\/\/203\.0\.113\.|12D3|baf5rei|did:key:|shoal\/\d|\/(?:ip4|ip6|ipfs|libp2p|shoal)\/)/
/** Sizes, rates and times, which Intl writes. */
const AMOUNT = /^(?:\d[\d.,]*\s?(?:[kMGT]?B(?:\/s)?|[KM]iB|%|[smhdy]|days?)[\s/]*)+$/
const TIME = /\bago$|^(?:now|yesterday|tomorrow|in \d.*)$|^\d{1,2} \p{L}+ \d{4}|^\p{L}{3,4}$/u

/** Asks a capability for its lists, and for the lists of what is in them. */
async function listsOf(api: NodeApi, { operations = {} }: Contract): Promise<unknown[]> {
  const calls = api as unknown as Readonly<
    Record<string, (input: object) => Promise<{ items?: { id?: string }[] }>>
  >
  const asking = Object.entries(operations).filter(([, { method }]) => method === 'GET')
  const lists = asking.filter(([, { input }]) => input.safeParse({}).success)
  const answers = await Promise.all(lists.map(([name]) => calls[name]!({})))
  const ids = answers.flatMap(({ items = [] }) => items.flatMap(({ id }) => id ?? []))
  const others = asking.filter(([, { input }]) => !input.safeParse({}).success)
  const more = others.flatMap(([name, { input }]) =>
    ids.filter(id => input.safeParse({ id }).success).map(id => calls[name]!({ id })),
  )
  return [...answers, ...(await Promise.all(more))]
}

/** Every text that a simulated node says, and the titles and descriptions of its settings. */
async function textsOfNode(): Promise<Set<string>> {
  const { api } = new SimulatedNode({})
  const texts = new Set<string>()
  const collect = (value: unknown): void => {
    // Messages of errors are shown with a capital letter.
    if (typeof value === 'string')
      for (const text of [value, value.charAt(0).toUpperCase() + value.slice(1), ...value.split('/')])
        texts.add(text)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect)
  }
  const torrents = (await api.listTorrents({})).items
  collect([torrents, await api.listFollowed({}), await api.listPublications({})])
  collect(await api.listHubs({}))
  for (const { id } of torrents) {
    collect([await api.getTorrent({ id }), await api.listTrackers({ id })])
    collect(await api.listFiles({ id }).catch(() => null))
  }
  const settings = await api.getSettings({})
  collect([settings, await api.listLabels({})])
  // A list is written with an item on each line.
  for (const value of Object.values(settings).flatMap(section => Object.values(section as object)))
    if (Array.isArray(value)) texts.add(value.join('\n'))
  collect([await api.listSessions({}), await api.listPasskeys({}), await api.listDevices({})])
  collect([await api.getNode({}), await api.getReach({})])
  for (const contract of CONTRACTS_OF_CAPABILITIES) collect(await listsOf(api, contract))
  for (const section of Object.values(Settings.shape))
    for (const schema of Object.values(section.shape)) {
      const { title, description } = schema.meta() ?? {}
      collect([title, description])
    }
  return texts
}

/** Texts of a page: those that are seen, and those for assistive technology. */
function pageTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: (string | null)[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (!node.parentElement!.closest('script, noscript')) found.push(node.textContent)
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      for (const element of document.querySelectorAll(`[${name}]`)) found.push(element.getAttribute(name))
    const texts = found.map(text => text?.trim() ?? '').filter(text => /\p{L}{2}/u.test(text))
    return [...new Set(texts)]
  })
}

/** Buttons, tabs, links and headings whose text is wider than they are. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, [role=tab], nav a, h1, h2, h3, label, legend')]
      // Headings of columns can be made wider.
      .filter(element => !element.closest('[role=columnheader], .visually-hidden'))
      .filter(({ scrollWidth, clientWidth }) => clientWidth > 1 && scrollWidth > clientWidth + 1)
      .map(({ innerText }) => innerText)
      .filter(text => text.includes('[')),
  )
}

describe.skipIf(lackingChromium())('the language of the console', () => {
  const routes = [
    '/',
    '/dashboard',
    '/search',
    '/feeds',
    '/published',
    '/network',
    '/hubs',
    '/settings',
    '/welcome',
  ]
  /** Texts that a page shows only when the node has answered all that it asks. */
  const LAST: Readonly<Record<string, string>> = { '/network': '12D3', '/settings': 'Node at home' }
  const ALL_TABS = ['overview', 'files', 'peers', 'trackers', 'graph', 'log', 'options']
  // The names of peers and countries are in no catalog.
  const tabs = ALL_TABS.filter(name => name !== 'peers')

  /** Fails unless all texts of the page are in a catalog, and none is cut off. */
  async function expectTranslated(page: Page, content: ReadonlySet<string>): Promise<void> {
    const isContent = (text: string) =>
      NAMES.test(text) || IDS.test(text) || AMOUNT.test(text) || TIME.test(text) || content.has(text)
    await expect
      .poll(async () => (await pageTexts(page)).filter(text => !text.includes('[') && !isContent(text)))
      .toEqual([])
    expect(await cutOff(page)).toEqual([])
  }

  test('all texts of the pages are in a catalog, and none is cut off', async () => {
    const content = await textsOfNode()
    const { page, complaints, close } = await served.open('/nowhere?mock&lang=pseudo')
    for (const path of routes) {
      await page.goto(`${served.url}${path}?mock&lang=pseudo`)
      await page.locator('main').getByText('[').first().waitFor()
      // The answers of the node come later than the texts around them.
      const last = LAST[path]
      if (last !== undefined) await page.locator('main').getByText(last).first().waitFor()
      await expectTranslated(page, content)
      expect(complaints, path).toEqual([])
    }
    await close()
  })

  test('all texts of a torrent are in a catalog, and none is cut off', async () => {
    const content = await textsOfNode()
    const { page, complaints, close } = await served.open('/?mock&lang=pseudo')
    const href = await page.locator('[data-row] a').first().getAttribute('href')
    for (const tab of tabs) {
      await page.evaluate(to => history.pushState(null, '', to), `${href}?tab=${tab}`)
      const selected = page.locator('[aria-selected=true]')
      await page.getByRole('tab').nth(ALL_TABS.indexOf(tab)).and(selected).waitFor()
      await page.getByRole('tabpanel').getByText('[').first().waitFor({ state: 'attached' })
      await expectTranslated(page, content)
      expect(complaints, tab).toEqual([])
    }
    await close()
  })

  test('is that of the browser until another is chosen, which is remembered', async () => {
    const { page, complaints, close } = await served.open('/settings/appearance?mock', { locale: 'de-AT' })
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    await page.getByText('English', { exact: true }).click()
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    await page.goto(`${served.url}/?mock`)
    await page.getByRole('link', { name: 'Torrents' }).first().waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    await page.goto(`${served.url}/settings/appearance?mock`)
    await page.getByText('Browser default', { exact: true }).click()
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    expect(complaints).toEqual([])
    await close()
  })
})
