/** Nodes that chat over a hub, in one process: the main cases. */
import { describe, expect, test } from 'vitest'
import { allHave, ChatHub, createGroup } from './support/chat-nodes.ts'

const hub = ChatHub.forEachTest()

describe('a group', () => {
  test('removes a member, who reads nothing of what follows', async () => {
    const [ann, ben, cat] = [await hub.join('Ann'), await hub.join('Ben'), await hub.join('Cat')]
    const { id } = await createGroup(ann, [ben, cat])
    for (const member of [ben, cat]) await member.enter(id)
    await ann.say(id, 'to all')
    await allHave([ben, cat], id, ['to all'])
    const changed = await ann.operations.changeGroup({ conversation: id, add: [], remove: [cat.did] })
    expect(changed.members.map(({ did }) => did)).toEqual([ann.did, ben.did])
    await ann.say(id, 'without Cat')
    await allHave([ben], id, ['to all', 'without Cat'])
    await expect.poll(async () => (await cat.conversations())[0]!.state).toBe('left')
    expect(await cat.texts(id)).toEqual(['to all'])
    await expect(cat.say(id, 'still here')).rejects.toMatchObject({ code: 'removed' })
  })
})

describe('a private conversation', () => {
  test('with a stranger is a request, and nothing of a blocked person is shown', async () => {
    const [ann, ben] = [await hub.join('Ann'), await hub.join('Ben')]
    const { id } = await ann.operations.createPrivate({ person: ben.did })
    await ann.say(id, 'hello')
    await expect
      .poll(async () => (await ben.conversations()).map(({ last }) => last?.text))
      .toEqual(['hello'])
    const [request] = await ben.conversations()
    expect(request).toMatchObject({ id, kind: 'private', isRequest: true, invitedBy: { did: ann.did } })
    expect(ben.announced).toEqual([])
    await ben.operations.acceptConversation({ conversation: id })
    await ann.operations.showPresence({ conversation: id, what: 'typing' })
    await expect
      .poll(() => ben.events)
      .toContainEqual({ type: 'chat-presence', conversation: id, did: ann.did, what: 'typing' })
    await ben.say(id, 'hi')
    await allHave([ann], id, ['hello', 'hi'])
    expect(await ben.operations.createPrivate({ person: ann.did })).toMatchObject({ id })

    await ben.operations.blockPublisher({ did: ann.did, note: '' })
    await expect.poll(() => ben.texts(id)).toEqual(['hi'])
    await ben.restart()
    expect(await ben.texts(id)).toEqual(['hi'])
    await ben.operations.unblockPublisher({ did: ann.did })
    expect(await ben.texts(id)).toEqual(['hello', 'hi'])
  })
})
