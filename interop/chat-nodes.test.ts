/** Nodes that chat over a hub, in one process. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ChatConversation, ChatEvent, NodeOperations } from '@shoal/api'
import { formatShareLink } from '@shoal/links'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Hub, startHub } from '../apps/hub/src/hub.ts'
import { NO_LOG } from '../apps/hub/src/kernel/log.ts'
import { ChatJournals } from '../apps/node/src/node/chat/chat-journals.ts'
import { HUBS } from '../apps/node/src/node/hubs/service.ts'
import type { TestNode } from '../apps/node/src/node/testing/test-node.ts'
import { Vault } from '../packages/daemon/src/vault.ts'
import { tempDir } from './support/files.ts'
import { Person } from './support/person.ts'

type Inputs = { readonly [Name in keyof NodeOperations]: Parameters<NodeOperations[Name]>[0] }

let hub: Hub
let url: string

/** A person with a node that has joined the hub. */
class Member {
  readonly person: Person
  node: TestNode
  readonly events: ChatEvent[] = []

  static async join(name: string, person = new Person()): Promise<Member> {
    const member = new Member(person, await person.node(name))
    await member.operations.joinHub({ url, name })
    await member.findAt(url)
    return member
  }

  private constructor(person: Person, node: TestNode) {
    this.person = person
    this.node = node
    this.#listen()
  }

  get did(): string {
    return this.person.did
  }

  get operations(): NodeOperations {
    return this.node.operations
  }

  /** Waits until others can add this device at a hub, where its key packages are then. */
  async findAt(hub: string): Promise<void> {
    const { getKeyPackages } = this.node.service(HUBS).clientFor(hub)
    await expect.poll(async () => (await getKeyPackages({})).oneTime).toBeGreaterThan(0)
  }

  async restart(): Promise<void> {
    this.node = await this.node.restart()
    this.#listen()
  }

  async conversations(): Promise<readonly ChatConversation[]> {
    return (await this.operations.listConversations({})).items
  }

  async say(conversation: string, text: string, more: Partial<Inputs['sendMessage']> = {}) {
    return this.operations.sendMessage({ conversation, text, mentions: [], files: [], ...more })
  }

  async messages(conversation: string) {
    return (await this.operations.listMessages({ conversation, limit: 500 })).items
  }

  async texts(conversation: string): Promise<readonly string[]> {
    return (await this.messages(conversation)).map(({ text }) => text)
  }

  /** Waits until this device is a member, and accepts if it is asked. */
  async enter(conversation: string): Promise<void> {
    await expect
      .poll(async () => (await this.conversations()).find(({ id }) => id === conversation)?.state)
      .toBe('member')
    await this.operations.acceptConversation({ conversation })
  }

  /** The texts of messages that were announced. */
  get announced(): readonly string[] {
    return this.events.flatMap(event => (event.type === 'chat-message' ? [event.message.text] : []))
  }

  #listen(): void {
    this.node.events.subscribe('chat', ({ event }) => this.events.push(event as ChatEvent))
  }
}

async function startAgain(): Promise<void> {
  const { port } = hub
  await hub.close()
  hub = await startHub({ port, noUdp: true, data, accounts: 'open' }, NO_LOG)
}

let data: string

beforeEach(async () => {
  const folder = await tempDir('chat-nodes')
  onTestFinished(() => folder[Symbol.asyncDispose]())
  data = folder.path
  hub = await startHub({ port: 0, noUdp: true, data, accounts: 'open' }, NO_LOG)
  url = `http://127.0.0.1:${hub.port}`
  onTestFinished(() => hub.close())
})

const group = (member: Member, add: readonly Member[], name = 'Trip') =>
  member.operations.createGroup({
    ...{ name, add: add.map(({ did }) => did), membersAdd: false, slowSeconds: 0 },
  })
const everybody = async (members: readonly Member[], conversation: string, texts: readonly string[]) => {
  for (const member of members) await expect.poll(() => member.texts(conversation)).toEqual(texts)
}

describe('a group', () => {
  test('talks, and loses and repeats nothing when nodes and the hub start again', async () => {
    const [ann, ben] = [await Member.join('Ann'), await Member.join('Ben')]
    const { id } = await group(ann, [ben])
    await ben.enter(id)
    const first = await ann.say(id, 'one')
    await everybody([ben], id, ['one'])
    const second = await ben.say(id, 'two', { replyTo: first.id, mentions: [ann.did] })
    await everybody([ann], id, ['one', 'two'])
    await expect.poll(() => ann.announced).toEqual(['two'])

    await ben.restart()
    await ann.say(id, 'three')
    await everybody([ann, ben], id, ['one', 'two', 'three'])

    // While the hub is away, messages wait, also over a restart.
    const { port } = hub
    await hub.close()
    expect((await ann.say(id, 'four')).delivery).toBe('waiting')
    await ben.say(id, 'five')
    await ann.restart()
    await ann.say(id, 'six')
    hub = await startHub({ port, noUdp: true, data, accounts: 'open' }, NO_LOG)
    for (const member of [ann, ben])
      await expect
        .poll(async () => (await member.texts(id)).toSorted())
        .toEqual(['five', 'four', 'one', 'six', 'three', 'two'])
    expect(await ann.texts(id)).toEqual(await ben.texts(id))
    for (const member of [ann, ben])
      await expect
        .poll(async () => (await member.messages(id)).filter(({ delivery }) => delivery !== 'delivered'))
        .toEqual([])

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

    await startAgain()
    await ann.restart()
    await ann.say(id, 'seven')
    await expect.poll(async () => (await ben.texts(id)).at(-1)).toBe('seven')
    expect(await ann.messages(id)).toHaveLength(7)
    for (const member of [ann, ben]) expect((await member.conversations())[0]!.problems).toEqual([])
  })

  test('removes a member, who reads nothing of what follows', async () => {
    const [ann, ben, cat] = [await Member.join('Ann'), await Member.join('Ben'), await Member.join('Cat')]
    const { id } = await group(ann, [ben, cat])
    for (const member of [ben, cat]) await member.enter(id)
    await ann.say(id, 'to all')
    await everybody([ben, cat], id, ['to all'])
    const changed = await ann.operations.changeGroup({ conversation: id, add: [], remove: [cat.did] })
    expect(changed.members.map(({ did }) => did)).toEqual([ann.did, ben.did])
    await ann.say(id, 'without Cat')
    await everybody([ben], id, ['to all', 'without Cat'])
    await expect.poll(async () => (await cat.conversations())[0]!.state).toBe('left')
    expect(await cat.texts(id)).toEqual(['to all'])
    await expect(cat.say(id, 'still here')).rejects.toMatchObject({ code: 'removed' })
  })

  test('has all nodes of a person, which stay in step', async () => {
    const [ann, ben] = [await Member.join('Ann'), await Member.join('desk')]
    const { id } = await group(ann, [ben])
    await ben.enter(id)
    await ann.say(id, 'to the desk')
    await everybody([ben], id, ['to the desk'])
    const phone = await Member.join('phone', ben.person)
    await ben.person.send(ben.node)
    await expect.poll(async () => (await phone.conversations()).map(({ state }) => state)).toEqual(['member'])
    expect((await phone.conversations())[0]!.isRequest).toBe(false)
    const hello = await ann.say(id, 'hello, both')
    await everybody([phone], id, ['hello, both'])
    await everybody([ben], id, ['to the desk', 'hello, both'])
    await expect.poll(() => phone.announced).toEqual(['hello, both'])
    await phone.operations.markRead({ conversation: id, message: hello.id })
    await expect.poll(async () => (await ben.conversations())[0]!.unread.messages).toBe(0)
    await ben.say(id, 'from my desk')
    await everybody([phone], id, ['hello, both', 'from my desk'])
    await everybody([ann], id, ['to the desk', 'hello, both', 'from my desk'])
    expect((await phone.messages(id))[1]!.sender.isSelf).toBe(true)
    expect(phone.announced).toEqual(['hello, both'])
    expect((await ann.conversations())[0]!.members).toMatchObject([{ devices: 1 }, { devices: 2 }])

    // The new one gets the messages of before, and the hub keeps nothing of them.
    const database = new DatabaseSync(join(data, 'hub.db'), { readOnly: true })
    onTestFinished(() => database.close())
    const kinds = () =>
      database
        .prepare('SELECT DISTINCT kind FROM rooms')
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

describe('a private conversation', () => {
  test('with a stranger is a request, and nothing of a blocked person is shown', async () => {
    const [ann, ben] = [await Member.join('Ann'), await Member.join('Ben')]
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
    await everybody([ann], id, ['hello', 'hi'])
    expect(await ben.operations.createPrivate({ person: ann.did })).toMatchObject({ id })

    await ben.operations.blockPublisher({ did: ann.did, note: '' })
    await expect.poll(() => ben.texts(id)).toEqual(['hi'])
    await ben.restart()
    expect(await ben.texts(id)).toEqual(['hi'])
    await ben.operations.unblockPublisher({ did: ann.did })
    expect(await ben.texts(id)).toEqual(['hello', 'hi'])
  })

  test('with a contact is not a request, and has the name that the user gave', async () => {
    const [ann, ben] = [await Member.join('Ann'), await Member.join('Ben')]
    const key = ann.person.show(ann.node, ben.node)
    await ben.operations.updatePerson({ key, name: 'Annie' })
    const { id } = await ann.operations.createPrivate({ person: ben.did })
    await ann.say(id, 'hello')
    await expect.poll(() => ben.announced).toEqual(['hello'])
    expect(await ben.conversations()).toMatchObject([
      { name: 'Annie', isRequest: false, invitedBy: { name: 'Annie', isContact: true } },
    ])
  })
})

test('the room of a share is that of its link', async () => {
  const [ann, ben] = [await Member.join('Ann'), await Member.join('Ben')]
  const magnet = { infoHashes: { v1: new Uint8Array(20).fill(1) }, name: 'Harbour' }
  const link = formatShareLink('https://example.org/', { magnet, room: new Uint8Array(32).fill(7) })
  const { id } = await ann.operations.joinShareRoom({ link })
  await ann.say(id, 'first')
  expect(await ben.operations.joinShareRoom({ link })).toMatchObject({ id, name: 'Harbour', kind: 'share' })
  await everybody([ben], id, ['first'])
  await ben.say(id, 'second')
  await ben.restart()
  await everybody([ann, ben], id, ['first', 'second'])
  expect((await ben.conversations())[0]!.name).toBe('Harbour')
})

test('at two hubs, conversations of one continue while the other is away', async () => {
  const folder = await tempDir('chat-nodes')
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const open = (port: number) => startHub({ port, noUdp: true, data: folder.path, accounts: 'open' }, NO_LOG)
  let second = await open(0)
  onTestFinished(() => second.close())
  const { port } = second
  const elsewhere = `http://127.0.0.1:${port}`
  const [ann, ben] = [await Member.join('Ann'), await Member.join('Ben')]
  for (const { operations } of [ann, ben]) await operations.joinHub({ url: elsewhere })
  for (const member of [ann, ben]) await member.findAt(elsewhere)
  await expect(group(ann, [ben])).rejects.toMatchObject({ code: 'no-hub', field: 'hub' })
  await second.close()
  const here = await ann.operations.createPrivate({ hub: url, person: ben.did })
  await ann.say(here.id, 'here')
  await everybody([ben], here.id, ['here'])
  second = await open(port)
  const there = await ann.operations.createGroup({
    ...{ hub: elsewhere, name: 'There', add: [ben.did], membersAdd: false, slowSeconds: 0 },
  })
  await ben.enter(there.id)
  await hub.close()
  await ben.say(there.id, 'there')
  await everybody([ann], there.id, ['there'])
  await ben.say(here.id, 'later')
  hub = await startHub({ port: hub.port, noUdp: true, data, accounts: 'open' }, NO_LOG)
  await everybody([ann], here.id, ['here', 'later'])
})

describe('a node without a chat says why', () => {
  test('until its user has devices and a hub, and while it is switched off', async () => {
    const ben = await Member.join('Ben')
    const person = new Person()
    const node = await person.node('Ann')
    const { operations } = node
    expect(await operations.listConversations({})).toEqual({ items: [] })
    const begin = () => operations.createPrivate({ person: ben.did })
    await expect(begin()).rejects.toMatchObject({ code: 'no-hub', field: 'hub' })
    await operations.joinHub({ url, name: 'Ann' })
    const { id } = await begin()
    await operations.changeSettings({ chat: { enabled: false } })
    await expect(operations.listConversations({})).rejects.toMatchObject({ code: 'conflict' })
    await operations.changeSettings({ chat: { enabled: true } })
    expect((await operations.listConversations({})).items).toMatchObject([{ id }])
    // A message that is written after a hub was left waits until that is joined again.
    await operations.leaveHub({ hub: url })
    await operations.sendMessage({ conversation: id, text: 'later', mentions: [], files: [] })
    const { items } = await operations.listConversations({})
    expect(items[0]).toMatchObject({ problems: [{ code: 'not-joined' }], last: { delivery: 'waiting' } })
    await operations.joinHub({ url, name: 'Ann' })
    await expect.poll(async () => (await ben.conversations())[0]?.last?.text).toBe('later')
    const other = await node.restart()
    expect((await other.operations.listConversations({})).items).toMatchObject([{ id }])
    await other.close()
    // One program at a time has the journals.
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
