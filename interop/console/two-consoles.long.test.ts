/**
 * A console shows another one's changes without a reload, and the results of a search while it
 * runs.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { KeyPair } from '@shoal/identity'
import { publishedLink } from '@shoal/links'
import { until } from '@shoal/testing'
import type { Page, WebSocketRoute } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { openTestHub } from '../../apps/hub/src/testing/test-hub.ts'
import { dialogOf } from '../../apps/web/e2e/testing/dialog.ts'
import { type TempDir, tempDir } from '../support/files.ts'
import { Node } from '../support/node.ts'
import { Person } from '../support/person.ts'
import { openConsole, skipped, useConsole } from './setup.ts'

const withNode = useConsole()

/** Counts the requests of a page to the API by operation, such as `GET /api/feeds`. */
function requestsOf(page: Page): Map<string, number> {
  const counts = new Map<string, number>()
  page.on('request', request => {
    const { pathname } = new URL(request.url())
    if (!pathname.startsWith('/api/')) return
    const name = `${request.method()} ${pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'ID')}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  })
  return counts
}

describe.skipIf(skipped)('two consoles of a real node', () => {
  test('a change in one appears in the other', async () => {
    await withNode(async ({ node, browser }) => {
      await using hub = await openTestHub({ name: 'Friends' })
      await new Person().add({ operations: node.api }, 'desk')
      const [mine, other] = [await openConsole({ node, browser }), await openConsole({ node, browser })]
      const pages = [mine.page, other.page] as const
      /** Navigates both to a screen without loading a page. */
      const go = async (path: string, link: string) => {
        for (const page of pages) {
          await page.getByRole('link', { name: link, exact: true }).first().click()
          await page.waitForURL(url => url.pathname === path)
        }
        return pages
      }
      const [a, b] = pages
      let loads = 0
      for (const page of pages) page.on('load', () => loads++)

      await a.getByRole('button', { name: 'New label' }).click()
      await a.getByRole('textbox', { name: 'Name', exact: true }).fill('holiday')
      await a.getByRole('button', { name: 'Create label' }).click()
      await b.getByRole('button', { name: /^holiday/ }).waitFor()

      await go('/feeds', 'Feeds')
      await a.getByRole('button', { name: 'Follow a feed' }).first().click()
      await a.getByLabel('Address of the feed').fill('http://127.0.0.1:9/feed.xml')
      await dialogOf(a).getByRole('button', { name: 'Follow a feed' }).click()
      await b.getByText('http://127.0.0.1:9/feed.xml', { exact: false }).first().waitFor()

      await go('/published', 'Links')
      await a.getByRole('button', { name: 'Follow a link' }).click()
      await dialogOf(a).getByLabel('Link').fill(publishedLink(KeyPair.generate(), 'films'))
      await dialogOf(a).getByLabel('Name').fill('films')
      await dialogOf(a).getByRole('button', { name: 'Follow a link' }).click()
      await b.getByRole('button', { name: 'Unfollow: films' }).waitFor()

      await go('/hubs', 'Hubs')
      await a.getByRole('button', { name: 'Join a hub' }).click()
      await dialogOf(a).getByLabel('Link of an invitation').fill(hub.hubs[0]!.ownerLink!)
      await dialogOf(a).getByRole('button', { name: 'Join' }).click()
      await b.getByRole('heading', { name: 'Friends' }).waitFor()

      await go('/people', 'People')
      await a.getByRole('button', { name: 'Change name' }).click()
      await dialogOf(a).getByLabel('Name').fill('Ada of the harbour')
      await dialogOf(a).getByRole('button', { name: 'Save' }).click()
      await b.getByText('Ada of the harbour').waitFor()
      await node.api.blockPublisher({ did: KeyPair.generate().did, note: 'Too many lights' })
      for (const page of pages) await page.getByText('Too many lights').waitFor()
      await a.getByRole('button', { name: 'Unblock' }).click()
      await b.getByText('Too many lights').waitFor({ state: 'detached' })

      await go('/settings', 'Settings')
      const pex = (page: Page) => page.locator('[id="network.pex"]').getByRole('switch')
      const before = await pex(b).isChecked()
      await pex(a).click()
      await expect.poll(() => pex(b).isChecked()).toBe(!before)
      const addHours = (page: Page) => page.getByRole('button', { name: 'Add hours' })
      await addHours(a).click()
      await b.getByRole('button', { name: 'Remove entry 1' }).waitFor()
      await a.getByRole('button', { name: 'Remove entry 1' }).click()
      await b.getByRole('button', { name: 'Remove entry 1' }).waitFor({ state: 'detached' })

      expect(loads).toBe(0)
      expect([...mine.problems, ...other.problems].filter(each => !/127\.0\.0\.1:9/.test(each))).toEqual([])
    })
  })

  test('many changes at once cost few requests', async () => {
    await withNode(async ({ node, browser }) => {
      const { page } = await openConsole({ node, browser }, '/people')
      await page.getByRole('heading', { name: 'People' }).waitFor()
      await page.waitForLoadState('networkidle')
      const counts = requestsOf(page)
      const dids = Array.from({ length: 200 }, () => KeyPair.generate().did)
      await Promise.all(dids.map(did => node.api.blockPublisher({ did, note: 'x' })))
      await expect.poll(() => page.getByRole('button', { name: 'Unblock' }).count()).toBe(200)
      const asked = counts.get('GET /api/publishers/blocked')!
      console.log(`200 blocked publishers, asked for ${asked} times`)
      expect(asked).toBeGreaterThan(0)
      expect(asked).toBeLessThan(100)
    })
  })

  test('a console that was away shows what happened meanwhile', async () => {
    await withNode(async ({ node, browser }) => {
      const { page } = await openConsole({ node, browser }, '/people')
      let isAway = false
      const open = new Set<WebSocketRoute>()
      await page.routeWebSocket(/\/api\/events/, socket => {
        if (isAway) return void socket.close()
        open.add(socket)
        socket.connectToServer()
      })
      await page.reload()
      await page.getByRole('heading', { name: 'People' }).waitFor()
      await expect.poll(() => open.size).toBeGreaterThan(0)
      await page.waitForLoadState('networkidle')
      isAway = true
      for (const socket of open) await socket.close()
      await page.getByRole('button', { name: 'Try now' }).waitFor()
      await node.api.blockPublisher({ did: KeyPair.generate().did, note: 'While you were away' })
      isAway = false
      await page.getByText('While you were away').waitFor()
    })
  })
})

const searching = (nodes: readonly string[]) => [
  ...['--set', 'shoal.enabled=true', '--set', 'shoal.port=0', '--set', 'network.trackers=false'],
  ...['--set', `shoal.nodes=${JSON.stringify(nodes)}`],
]

/** A node that joined the Shoal network. */
async function startMember(dir: TempDir, name: string, nodes: readonly string[]): Promise<Node> {
  const node = await Node.start({ folder: dir.join(name), args: searching(nodes) })
  await until('the network is on', async () => (await node.api.getNetwork({})).state === 'on')
  return node
}

async function publish(dir: TempDir, node: Node, name: string): Promise<void> {
  const path = dir.join('publisher', 'files', name)
  await mkdir(dir.join('publisher', 'files'), { recursive: true })
  await writeFile(path, name.repeat(100))
  await node.ended(await node.api.createTorrent({ path, trackers: [], findable: true }))
}

const ROWS = 6

describe.skipIf(skipped)('a search of a real node', () => {
  test('is shown in the console by events alone, with seeds that the node counts', async () => {
    await withNode(async ({ browser }) => {
      await using dir = await tempDir('search')
      await using index = await startMember(dir, 'index', [])
      const nodes = [(await index.api.getNetwork({})).addresses[0]!]
      await using publisher = await startMember(dir, 'publisher', nodes)
      await using seeker = await startMember(dir, 'seeker', nodes)
      for (let number = 0; number < ROWS; number++) await publish(dir, publisher, `Harbour ${number}.txt`)
      const provided = async () => {
        const { items } = await publisher.api.listProvided({})
        return items.length === ROWS && items.every(({ announcedMs }) => announcedMs !== null)
      }
      await until('all are announced', provided)
      await until('all can be found', async () => {
        const { id } = await seeker.api.startSearch({ text: 'harbour' })
        const read = async () => {
          const progress = await seeker.api.readSearch({ id })
          return progress.done && progress
        }
        const { order } = await until('the search is done', read)
        await seeker.api.endSearch({ id })
        return order.length === ROWS
      })
      const { page, problems } = await openConsole({ node: seeker, browser }, '/search')
      const counts = requestsOf(page)
      await page.getByRole('searchbox').fill('harbour')
      const rows = page.locator('[data-result]')
      await expect.poll(() => rows.count()).toBe(ROWS)
      await expect.poll(() => rows.getByText('1 seed', { exact: true }).count()).toBe(ROWS)
      const searches = () => [...counts].filter(([name]) => name.includes('/api/searches'))
      expect(searches()).toEqual([['POST /api/searches', 1]])
      // A publisher blocked in another console is hidden in this one at once, and comes back.
      const { did } = (await publisher.api.listFindable({})).publisher
      await seeker.api.blockPublisher({ did: did!, note: '' })
      await page.getByText('Nothing found').waitFor()
      await seeker.api.unblockPublisher({ did: did! })
      await expect.poll(() => rows.count()).toBe(ROWS)
      expect(searches()).toEqual([['POST /api/searches', 1]])
      expect(problems).toEqual([])
    })
  })
})
