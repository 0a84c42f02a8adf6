import { afterEach, expect, test } from 'vitest'
import { NodeStore } from './node-store.ts'
import { simulatedLink } from './simulated-link.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function open(options: Partial<Parameters<typeof simulatedLink>[0]> = {}) {
  const link = simulatedLink({ isAnimated: false, ...options })
  const node = new NodeStore(link)
  closing.push(() => node.close(), link.close)
  await node.start()
  return { link, node }
}

const same = ({ link, node }: Awaited<ReturnType<typeof open>>) => {
  expect(node.torrents.size).toBe(link.node.state.torrents.size)
  for (const { row } of link.node.state.torrents.values()) expect(node.torrents.get(row.id)).toEqual(row)
}

test('the list is read and follows the node second by second', async () => {
  const both = await open()
  await expect.poll(() => both.node.loaded.get()).toBe(true)
  for (let second = 0; second < 20; second++) both.link.node.tick(1)
  same(both)
})

test('more than a page is read', async () => {
  const both = await open({ traffic: 'busy', torrents: 2300 })
  await expect.poll(() => both.node.torrents.size).toBe(2300)
})

test('what happens while the list is read is not lost', async () => {
  const both = await open({ torrents: 1500 })
  await expect.poll(() => both.link.node.on(() => {}) && both.node.events.state.get()).toBe('online')
  const [first] = [...both.link.node.state.torrents.keys()] as [string]
  await both.link.api.actOnTorrents({ ids: [first], action: 'remove' })
  both.link.node.tick(1)
  await expect.poll(() => both.node.loaded.get()).toBe(true)
  both.link.node.tick(1)
  same(both)
})

test('a remove and its undo arrive', async () => {
  const both = await open()
  await expect.poll(() => both.node.loaded.get()).toBe(true)
  const [id] = [...both.link.node.state.torrents.keys()] as [string]
  await both.link.api.actOnTorrents({ ids: [id], action: 'remove' })
  expect(both.node.torrents.get(id)).toBe(undefined)
  await both.link.api.actOnTorrents({ ids: [id], action: 'restore' })
  same(both)
})

test('a locked node asks for a login, and opens after it', async () => {
  const { node } = await open({ locked: true })
  expect(node.access.get()).toBe('locked')
  expect(node.events.state.get()).toBe('connecting')
  await expect(node.api.listTorrents({})).rejects.toMatchObject({ code: 'unauthorized' })
  await expect(node.api.login({ username: 'shoal', password: 'wrong' })).rejects.toMatchObject({
    code: 'wrong-password',
  })
  await node.api.login({ username: 'shoal', password: 'shoal' })
  await node.start()
  await expect.poll(() => node.loaded.get()).toBe(true)
  expect(node.access.get()).toBe('open')
})

test('where events were lost, everything is read again', async () => {
  const { link, node } = await open()
  await expect.poll(() => node.loaded.get()).toBe(true)
  const [row] = [...link.node.state.torrents.values()].map(torrent => torrent.row)
  row!.name = 'told to nobody'
  link.node.state.emit({ type: 'resync' })
  await expect.poll(() => node.torrents.get(row!.id)?.name).toBe('told to nobody')
})

test('what is kept of the node follows the events that outdate it', async () => {
  const { link, node } = await open()
  await expect.poll(() => node.loaded.get()).toBe(true)
  const heard: string[] = []
  node.events.listen(null, ({ type }) => heard.push(type))
  await link.api.changeSettings({ downloads: { directory: '/home/ana/Videos' } })
  await expect.poll(() => node.info.get()?.directory).toBe('/home/ana/Videos')
  await link.api.putLabel({ name: 'boats' })
  await expect.poll(() => node.labels.get().map(({ name }) => name)).toContain('boats')
  // Events of every capability, without a list of them.
  await link.api.setProfile({ name: 'Ana' })
  await link.api.connectNetwork({ address: '/ip4/203.0.113.9/tcp/1' })
  await expect.poll(() => heard).toEqual(['settings', 'labels', 'people', 'network'])
})

test('a node that could not answer is asked again', async () => {
  const link = simulatedLink({ isAnimated: false })
  let refusals = 1
  const listTorrents: typeof link.api.listTorrents = input => {
    if (refusals-- > 0) return Promise.reject(new Error('busy'))
    return link.api.listTorrents(input)
  }
  const node = new NodeStore({ ...link, api: { ...link.api, listTorrents } })
  closing.push(() => node.close(), link.close)
  await node.start()
  await expect.poll(() => node.torrents.size).toBe(24)
})
