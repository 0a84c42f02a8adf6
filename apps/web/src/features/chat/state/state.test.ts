import { SimulatedNode, VirtualClock } from '@shoal/api/testing/node'
import { expect, onTestFinished, test } from 'vitest'
import type { ChatClient } from '../chat-client.ts'
import { ChatStore } from './chat-store.ts'
import { MessageWindow } from './message-window.ts'

async function opened(name: string) {
  const node = new SimulatedNode({ clock: new VirtualClock() })
  const client: ChatClient = {
    api: node.api,
    listen: listener =>
      node.on(event => {
        if (event.type === 'chat' || event.type === 'chat-message' || event.type === 'chat-presence')
          listener(event)
      }),
    listPersons: async () => [],
    listHubs: async () => [],
    setBlocked: async () => {},
    contacts: null,
    shares: { files: null, downloads: null, open: null, pageOf: async () => null },
  }
  const { items } = await node.api.listConversations({})
  const conversation = items.find(each => each.name === name)!.id
  const view = new MessageWindow(client, conversation)
  onTestFinished(view.follow())
  return { node, client, view, conversation }
}

const all = async (node: SimulatedNode, conversation: string) =>
  (await node.api.listMessages({ conversation, limit: 500 })).items.map(({ id }) => id)

const shown = (view: MessageWindow) => view.messages.get()!.items.map(({ id }) => id)

test('a window grows to both ends, without gaps or repetitions', async () => {
  const { node, view, conversation } = await opened('Harbour walkers')
  const ids = await all(node, conversation)
  await view.open(ids[70]!)
  expect(view.messages.get()).toMatchObject({ hasOlder: true, hasNewer: true })
  expect(shown(view)).toContain(ids[70])
  while (view.messages.get()!.hasNewer) await view.loadNewer()
  while (view.messages.get()!.hasOlder) await view.loadOlder()
  expect(shown(view)).toEqual(ids)
})

test('changes and new messages appear, those that stayed are the same objects', async () => {
  const { node, view, conversation } = await opened('Ada')
  await view.open(null)
  const before = view.messages.get()!.items
  const { id } = await node.api.sendMessage({ conversation, text: 'One' })
  await expect.poll(() => shown(view).at(-1)).toBe(id)
  await node.api.reactToMessage({ conversation, message: before[1]!.id, emoji: '😎' })
  await expect.poll(() => view.messages.get()!.items[1]!.reactions).toHaveLength(1)
  const { items } = view.messages.get()!
  expect([items[0] === before[0], items[1] === before[1]]).toEqual([true, false])
})

test('a change reads the messages that changed, not all on the screen', async () => {
  const { node, client, conversation } = await opened('Harbour walkers')
  const limits: (number | undefined)[] = []
  const listMessages: typeof client.api.listMessages = input => {
    limits.push(input.limit)
    return node.api.listMessages(input)
  }
  const view = new MessageWindow({ ...client, api: { ...client.api, listMessages } }, conversation)
  onTestFinished(view.follow())
  await view.open(null)
  while (view.messages.get()!.hasOlder) await view.loadOlder()
  const before = view.messages.get()!.items
  limits.length = 0
  const { id } = await node.api.sendMessage({ conversation, text: 'One' })
  await expect.poll(() => shown(view).at(-1)).toBe(id)
  expect(Math.max(...limits.map(limit => limit!))).toBeLessThan(20)
  limits.length = 0
  await node.api.reactToMessage({ conversation, message: before[1]!.id, emoji: '😎' })
  await expect.poll(() => view.messages.get()!.items[1]!.reactions).toHaveLength(1)
  await node.api.setConversation({ conversation, draft: 'not sent' })
  expect(limits).toEqual([2])
  expect(shown(view)).toEqual(await all(node, conversation))
})

test.each<[string, (ids: string[]) => { readonly next: string[]; readonly changed: readonly string[] }]>([
  ['comes in the middle', ids => ({ next: ids.toSpliced(20, 0, 'x'), changed: ['x'] })],
  ['comes near the end', ids => ({ next: ids.toSpliced(-3, 0, 'x'), changed: ['x'] })],
  ['is dropped', ids => ({ next: ids.toSpliced(20, 1), changed: [ids[20]!] })],
  ['is dropped at the end', ids => ({ next: ids.slice(0, -1), changed: [ids.at(-1)!] })],
  [
    'gets an earlier place',
    ids => ({ next: [...ids.slice(0, 20), ids[59]!, ...ids.slice(20, 59)], changed: [ids[59]!] }),
  ],
  [
    'comes with a hundred others',
    ids => ({ next: [...ids, ...names(100, 'new ')], changed: names(100, 'new ') }),
  ],
  ['above the screen changes', ids => ({ next: ['older', ...ids], changed: ['older'] })],
])('a message that %s is where it belongs', async (_what, change) => {
  const { client } = await opened('Ada')
  let ids = names(60, '')
  const listMessages = async ({ around, limit = 50 }: { around?: string; limit?: number }) => {
    const at = around === undefined ? ids.length - limit : ids.indexOf(around) - Math.floor(limit / 2)
    if (around !== undefined && !ids.includes(around)) throw Object.assign(new Error(), { code: 'not-found' })
    const start = Math.max(0, at)
    const items = ids.slice(start, start + limit).map(id => ({ id }))
    return { items, hasOlder: start > 0, hasNewer: start + limit < ids.length }
  }
  const api = { ...client.api, listMessages } as unknown as ChatClient['api']
  const view = new MessageWindow({ ...client, api }, 'c')
  await view.open('30')
  const before = shown(view)
  expect(before).toHaveLength(60)
  const { next, changed } = change(ids)
  ids = next
  await view.refresh(changed)
  // Messages that were not on the screen do not appear above it.
  expect(shown(view)).toEqual(next.filter(id => id !== 'older').slice(-shown(view).length))
  expect(shown(view).length).toBeGreaterThanOrEqual(50)
  expect(shown(view).at(-1)).toBe(next.at(-1))
})

const names = (count: number, begin: string) => Array.from({ length: count }, (_, at) => `${begin}${at}`)

test('a message that is answered is read if it is not on the screen, once', async () => {
  const { node, view, conversation } = await opened('Harbour walkers')
  const [first] = await all(node, conversation)
  await view.open(null)
  await Promise.all([view.quote(first!), view.quote(first!), view.quote('0'.repeat(32))])
  expect(view.quoted.get().get(first!)).toMatchObject({ id: first })
  expect(view.quoted.get().get('0'.repeat(32))).toBeNull()
})

test('the list follows conversations that come, change and are forgotten, and who is there', async () => {
  const { node, client } = await opened('Ada')
  const store = new ChatStore(client)
  onTestFinished(store.follow())
  const names = () => store.conversations.get()?.map(({ name }) => name)
  await expect.poll(names).toContain('Film night')
  const { id } = await node.api.createGroup({ name: 'Boat house' })
  await expect.poll(names).toContain('Boat house')
  await node.api.sendMessage({ conversation: id, text: 'Hello' })
  await expect.poll(() => names()![0]).toBe('Boat house')
  await node.api.leaveConversation({ conversation: id })
  await node.api.forgetConversation({ conversation: id })
  await expect.poll(names).not.toContain('Boat house')
  const did = 'did:key:z6Mk'
  node.state.emit({ type: 'chat-presence', conversation: id, did, what: 'typing' })
  expect(store.presence.get().get(`${id} ${did}`)!.typingUntilMs).toBeGreaterThan(Date.now())
  node.state.emit({ type: 'chat-presence', conversation: id, did, what: 'away' })
  expect(store.presence.get().get(`${id} ${did}`)).toEqual({ typingUntilMs: 0, hereUntilMs: 0 })
})
