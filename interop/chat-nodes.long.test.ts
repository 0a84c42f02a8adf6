/** Nodes that chat over a hub, in one process. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { formatShareLink } from '@shoal/links'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ChatJournals } from '../apps/node/src/node/chat/chat-journals.ts'
import { Vault } from '../packages/daemon/src/vault.ts'
import { allHave, ChatHub, createGroup, type Member, startChatHub } from './support/chat-nodes.ts'
import { tempDir } from './support/files.ts'
import { Person } from './support/person.ts'

const hub = ChatHub.forEachTest()

describe('a group', () => {
  test('talks, and loses and repeats nothing when nodes and the hub start again', async () => {
    const [ann, ben] = [await hub.join('Ann'), await hub.join('Ben')]
    const { id } = await createGroup(ann, [ben])
    await ben.enter(id)
    const first = await ann.say(id, 'one')
    await allHave([ben], id, ['one'])
    const second = await ben.say(id, 'two', { replyTo: first.id, mentions: [ann.did] })
    await allHave([ann], id, ['one', 'two'])
    await expect.poll(() => ann.announced).toEqual(['two'])

    await ben.restart()
    await ann.say(id, 'three')
    await allHave([ann, ben], id, ['one', 'two', 'three'])

    // While the hub is down, messages are queued, also across a restart.
    await hub.stop()
    expect((await ann.say(id, 'four')).delivery).toBe('waiting')
    await ben.say(id, 'five')
    await ann.restart()
    await ann.say(id, 'six')
    await hub.start()
    for (const member of [ann, ben])
      await expect
        .poll(async () => (await member.texts(id)).toSorted())
        .toEqual(['five', 'four', 'one', 'six', 'three', 'two'])
    for (const member of [ann, ben])
      await expect
        .poll(async () => (await member.messages(id)).filter(({ delivery }) => delivery !== 'delivered'))
        .toEqual([])
    // The hub orders messages written in the meantime.
    await vi.waitFor(async () => expect(await ann.texts(id)).toEqual(await ben.texts(id)))

    await ann.operations.editMessage({ conversation: id, message: first.id, text: 'One', mentions: [] })
    await ann.operations.reactToMessage({ conversation: id, message: second.id, emoji: '👍' })
    await ben.operations.markRead({ conversation: id, message: second.id })
    await expect
      .poll(async () => (await ben.messages(id)).slice(0, 2))
      .toMatchObject([
        { state: 'edited', text: 'One' },
        { replyTo: first.id, reactions: [{ emoji: '👍', by: [ann.did] }] },
      ])
    await expect
      .poll(async () => (await ann.conversations())[0]!.readBy)
      .toEqual([{ did: ben.did, upTo: second.id }])
    await ben.operations.deleteMessage({ conversation: id, message: second.id })
    await expect.poll(async () => (await ann.messages(id))[1]).toMatchObject({ state: 'deleted', text: '' })

    await hub.restart()
    await ann.restart()
    await ann.say(id, 'seven')
    await expect.poll(async () => (await ben.texts(id)).at(-1)).toBe('seven')
    expect(await ann.messages(id)).toHaveLength(7)
    for (const member of [ann, ben]) expect((await member.conversations())[0]!.problems).toEqual([])
  })

  test('has all nodes of a person, which stay in step', async () => {
    const [ann, ben] = [await hub.join('Ann'), await hub.join('desk')]
    const { id } = await createGroup(ann, [ben])
    await ben.enter(id)
    await ann.say(id, 'to the desk')
    await allHave([ben], id, ['to the desk'])
    const phone = await hub.join('phone', ben.person)
    await ben.person.send(ben.node)
    await expect.poll(async () => (await phone.conversations()).map(({ state }) => state)).toEqual(['member'])
    expect((await phone.conversations())[0]!.isRequest).toBe(false)
    const hello = await ann.say(id, 'hello, both')
    await allHave([phone], id, ['hello, both'])
    await allHave([ben], id, ['to the desk', 'hello, both'])
    await expect.poll(() => phone.announced).toEqual(['hello, both'])
    await phone.operations.markRead({ conversation: id, message: hello.id })
    await expect.poll(async () => (await ben.conversations())[0]!.unread.messages).toBe(0)
    await ben.say(id, 'from my desk')
    await allHave([phone], id, ['hello, both', 'from my desk'])
    await allHave([ann], id, ['to the desk', 'hello, both', 'from my desk'])
    expect((await phone.messages(id))[1]!.sender.isSelf).toBe(true)
    expect(phone.announced).toEqual(['hello, both'])
    expect((await ann.conversations())[0]!.members).toMatchObject([{ devices: 1 }, { devices: 2 }])

    // The new device receives the earlier messages, and the hub keeps no copy of them.
    const database = new DatabaseSync(join(hub.folder, 'hub.db'), { readOnly: true })
    onTestFinished(() => database.close())
    const kinds = () =>
      database
        .prepare('SELECT DISTINCT kind FROM rooms JOIN entries ON entries.room = rooms.number')
        .all()
        .map(({ kind }) => kind)
    const { code } = await phone.operations.askForHistory({})
    await ben.operations.giveHistory({ code })
    const ended = async ({ operations }: Member) => (await operations.getHistoryTransfer({})).transfer
    await expect.poll(() => ended(phone)).toMatchObject({ direction: 'here', state: 'done', added: 1 })
    await expect.poll(() => ended(ben)).toMatchObject({ direction: 'away', state: 'done', messages: 3 })
    expect(await phone.texts(id)).toEqual(['to the desk', 'hello, both', 'from my desk'])
    await expect.poll(kinds).toEqual(['group'])
    await expect(ann.operations.giveHistory({ code })).rejects.toMatchObject({ code: 'not-allowed' })
  })
})

test('a private conversation with a contact is not a request, and has the name that the user gave; the room of a share is that of its link', async () => {
  const [ann, ben] = [await hub.join('Ann'), await hub.join('Ben')]
  const key = ann.person.show(ann.node, ben.node)
  await ben.operations.updatePerson({ key, name: 'Annie' })
  const { id } = await ann.operations.createPrivate({ person: ben.did })
  await ann.say(id, 'hello')
  await expect.poll(() => ben.announced).toEqual(['hello'])
  expect(await ben.conversations()).toMatchObject([
    { name: 'Annie', isRequest: false, invitedBy: { name: 'Annie', isContact: true } },
  ])

  const magnet = { infoHashes: { v1: new Uint8Array(20).fill(1) }, name: 'Harbour' }
  const link = formatShareLink('https://example.org/', { magnet, room: new Uint8Array(32).fill(7) })
  const room = (await ann.operations.joinShareRoom({ link })).id
  await ann.say(room, 'first')
  expect(await ben.operations.joinShareRoom({ link })).toMatchObject({
    id: room,
    name: 'Harbour',
    kind: 'share',
  })
  await allHave([ben], room, ['first'])
  await ben.say(room, 'second')
  await ben.restart()
  await allHave([ann, ben], room, ['first', 'second'])
  expect((await ben.conversations()).find(({ id }) => id === room)!.name).toBe('Harbour')
})

test('a contact is marked once keys were compared, until a hub shows another key', async () => {
  const [ann, ben] = [await hub.join('Ann'), await hub.join('Ben')]
  await ann.operations.updatePerson({ key: ben.person.show(ben.node, ann.node), name: 'Ben' })
  const { id } = await ann.operations.createPrivate({ person: ben.did })
  await ben.enter(id)
  await ben.say(id, 'hello')
  await allHave([ann], id, ['hello'])
  const marked = async () => {
    const [conversation] = (await ann.conversations()).filter(each => each.id === id)
    const persons = [...conversation!.members, ...(await ann.messages(id)).map(({ sender }) => sender)]
    return persons.filter(({ isVerified }) => isVerified).map(({ name }) => name)
  }
  expect(await marked()).toEqual([])
  const { words } = await ann.operations.getVerification({ did: ben.did })
  await ann.operations.verifyContact({ did: ben.did, seen: words.join(' ') })
  await expect.poll(marked).toEqual(['Ben', 'Ben'])
  await ben.person.rotate()
  await ben.person.send(ben.node)
  const published = async () => (await ben.operations.listHubs({})).items[0]!.knowsDevices
  await expect.poll(published).toBe(true)
  await createGroup(ann, [ben])
  await expect.poll(marked).toEqual([])
})

test('at two hubs, conversations of one continue while the other is away', async () => {
  const folder = await tempDir('chat-nodes')
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const open = (port: number) => startChatHub(folder.path, port)
  let second = await open(0)
  onTestFinished(() => second.close())
  const { port } = second
  const elsewhere = `http://127.0.0.1:${port}`
  const [ann, ben] = [await hub.join('Ann'), await hub.join('Ben')]
  for (const { operations } of [ann, ben]) await operations.joinHub({ url: elsewhere })
  for (const member of [ann, ben]) await member.findAt(elsewhere)
  await expect(createGroup(ann, [ben])).rejects.toMatchObject({ code: 'no-hub', field: 'hub' })
  await second.close()
  const here = await ann.operations.createPrivate({ hub: hub.url, person: ben.did })
  await ann.say(here.id, 'here')
  await allHave([ben], here.id, ['here'])
  second = await open(port)
  const there = await ann.operations.createGroup({
    ...{ hub: elsewhere, name: 'There', add: [ben.did], membersAdd: false, slowSeconds: 0 },
  })
  await ben.enter(there.id)
  await hub.stop()
  await ben.say(there.id, 'there')
  await allHave([ann], there.id, ['there'])
  await ben.say(here.id, 'later')
  await hub.start()
  await allHave([ann], here.id, ['here', 'later'])
})

describe('a node without a chat says why', () => {
  test('until its user has devices and a hub, and while it is switched off', async () => {
    const ben = await hub.join('Ben')
    const person = new Person()
    const node = await person.node('Ann')
    const { operations } = node
    expect(await operations.listConversations({})).toEqual({ items: [] })
    const begin = () => operations.createPrivate({ person: ben.did })
    await expect(begin()).rejects.toMatchObject({ code: 'no-hub', field: 'hub' })
    await operations.joinHub({ url: hub.url, name: 'Ann' })
    const { id } = await begin()
    await operations.changeSettings({ chat: { enabled: false } })
    await expect(operations.listConversations({})).rejects.toMatchObject({ code: 'conflict' })
    await operations.changeSettings({ chat: { enabled: true } })
    expect((await operations.listConversations({})).items).toMatchObject([{ id }])
    // A message written after leaving a hub is queued until the hub is joined again.
    await operations.leaveHub({ hub: hub.url })
    await operations.sendMessage({ conversation: id, text: 'later', mentions: [], files: [] })
    const { items } = await operations.listConversations({})
    expect(items[0]).toMatchObject({ problems: [{ code: 'not-joined' }], last: { delivery: 'waiting' } })
    await operations.joinHub({ url: hub.url, name: 'Ann' })
    await expect.poll(async () => (await ben.conversations())[0]?.last?.text).toBe('later')
    const other = await node.restart()
    expect((await other.operations.listConversations({})).items).toMatchObject([{ id }])
    await other.close()
    // Only one program at a time can open the journals.
    const dataDir = join(node.folder, 'data')
    const journals = await ChatJournals.open(dataDir, new Vault(dataDir))
    const last = await node.restart()
    await expect(last.operations.listConversations({})).rejects.toMatchObject({ code: 'in-use' })
    expect((await last.operations.getHealth({})).problems).toEqual([
      expect.stringContaining('the chat does not run'),
    ])
    await journals.close()
    expect((await last.operations.listConversations({})).items).toMatchObject([{ id }])
    expect((await last.operations.getHealth({})).problems).toEqual([])
    await last.operations.forgetDevices({})
    await expect(last.operations.listConversations({})).rejects.toMatchObject({
      ...{ code: 'no-devices', message: expect.stringContaining('devices add') },
    })
  })
})
