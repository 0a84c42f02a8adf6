import { expect, test } from 'vitest'
import type { NodeEvent } from '../../events.ts'
import { VirtualClock } from './clock.ts'
import { SimulatedNode } from './simulated-node.ts'

async function opened() {
  const node = new SimulatedNode({ clock: new VirtualClock() })
  const { items } = await node.api.listConversations({})
  const named = (name: string) => items.find(each => each.name === name)!.id
  return { node, api: node.api, items, named }
}

test('messages are read from the newest back, and around one of them', async () => {
  const { api, named } = await opened()
  const conversation = named('Harbour walkers')
  const all = (await api.listMessages({ conversation, limit: 500 })).items
  expect(all.length).toBeGreaterThan(100)
  const newest = await api.listMessages({ conversation, limit: 50 })
  expect(newest).toMatchObject({ hasOlder: true, hasNewer: false, items: all.slice(-50) })
  const older = await api.listMessages({ conversation, before: newest.items[0]!.id, limit: 50 })
  expect(older).toMatchObject({ hasNewer: true, items: all.slice(-100, -50) })
  const around = await api.listMessages({ conversation, around: all[10]!.id, limit: 4 })
  expect(around).toMatchObject({ hasOlder: true, hasNewer: true, items: all.slice(8, 12) })
})

test('a message is delivered a second later, and a question in a private conversation is answered', async () => {
  const { node, api, named } = await opened()
  const conversation = named('Ada')
  const events: NodeEvent[] = []
  node.on(event => events.push(event))
  const { id } = await api.sendMessage({ conversation, text: 'Which film was it?' })
  const last = async () => (await api.listMessages({ conversation, limit: 1 })).items[0]!
  expect(await last()).toMatchObject({ id, delivery: 'waiting', sender: { isSelf: true } })
  node.tick(1)
  expect(await last()).toMatchObject({ id, delivery: 'delivered' })
  node.tick(1)
  expect(events).toContainEqual(expect.objectContaining({ type: 'chat-presence', what: 'typing' }))
  const { readBy } = await api.getConversation({ conversation })
  expect(readBy.map(({ upTo }) => upTo)).toEqual([id])
  node.tick(2)
  expect(await last()).toMatchObject({ replyTo: id, sender: { name: 'Ada' } })
  expect(events).toContainEqual({ type: 'chat-message', conversation, message: await last() })
  expect((await api.getConversation({ conversation })).unread).toEqual({ messages: 1, mentions: 0 })
})

test('rules, requests, leaving and blocked persons are observed', async () => {
  const { api, items, named } = await opened()
  const film = named('Film night')
  await expect(api.changeGroup({ conversation: film, name: 'Other' })).rejects.toMatchObject({
    code: 'not-allowed',
  })
  await api.sendMessage({ conversation: film, text: 'One' })
  await expect(api.sendMessage({ conversation: film, text: 'Two' })).rejects.toMatchObject({
    code: 'not-allowed',
  })
  await expect(api.forgetConversation({ conversation: film })).rejects.toMatchObject({ code: 'conflict' })
  expect(await api.leaveConversation({ conversation: film })).toMatchObject({ state: 'left' })
  expect((await api.forgetConversation({ conversation: film })).items).toHaveLength(items.length - 1)
  const request = items.find(({ isRequest }) => isRequest)!
  expect(await api.acceptConversation({ conversation: request.id })).toMatchObject({ isRequest: false })
  await api.blockPublisher({ did: request.invitedBy!.did })
  expect((await api.listMessages({ conversation: request.id })).items).toEqual([])
})
