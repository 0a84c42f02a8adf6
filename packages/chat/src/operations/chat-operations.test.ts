import { CHAT, type ChatEvent } from '@shoal/api'
import { formatDidKey } from '@shoal/identity'
import { formatShareLink, parseShareLink } from '@shoal/links'
import { beforeEach, describe, expect, it } from 'vitest'
import { ChatError } from '../chat-error.ts'
import { type ChatMember, ChatWorld, HOME } from '../testing/chat-world.ts'
import { ChatEvents } from './chat-events.ts'
import { chatOperations } from './chat-operations.ts'
import type { ChatCalls } from './given.ts'

type Inputs = { readonly [Name in keyof ChatCalls]: Record<string, unknown> }
type Answers = { readonly [Name in keyof ChatCalls]: Awaited<ReturnType<ChatCalls[Name]>> }

/** A person who uses the operations. */
class User {
  readonly member: ChatMember
  readonly events: ChatEvent[] = []
  readonly settings = { sendReadMarks: true, sendPresence: true }
  readonly verified = new Set<string>()
  hubs: { url: string; name: string; key: string; account?: string }[] = [
    { url: HOME, name: 'Friends', key: 'did:key:z6MkHub' },
  ]
  letsGuestsIn = false
  /** Reason why this person cannot chat. */
  obstacle: ChatError | null = null
  readonly #calls: ChatCalls

  constructor(member: ChatMember) {
    this.member = member
    const ports = {
      ownDid: () => member.did,
      people: { known: (did: string) => world.knownTo(member, did) },
      nameOf: (did: string) => (did === member.did ? null : world.nameOf(did)),
      isVerified: (did: string) => this.verified.has(did),
      hubs: () => this.hubs,
      letsGuestsIn: async () => this.letsGuestsIn,
      settings: () => this.settings,
      publish: (event: ChatEvent) => void this.events.push(event),
      clock: world.clock,
    }
    const events = new ChatEvents(ports)
    member.listener = events
    this.#calls = chatOperations(() => {
      if (this.obstacle) throw this.obstacle
      return { chat: member.chat!, events }
    }, ports)
  }

  /** Calls an operation like a server, and checks its response against the contract. */
  async ask<Name extends keyof ChatCalls>(name: Name, input: Inputs[Name] = {}): Promise<Answers[Name]> {
    const { input: given, output } = CHAT.operations[name]
    const call = this.#calls[name] as (input: unknown) => Promise<unknown>
    const answer = await world.until(call(given.strict().parse(input)))
    expect(output.parse(answer)).toEqual(answer)
    await world.advance(1000)
    return answer as Answers[Name]
  }

  /** Returns the events since the last call. */
  get news(): ChatEvent[] {
    return this.events.splice(0)
  }

  get texts(): string[] {
    return this.news.flatMap(event => (event.type === 'chat-message' ? [event.message.text] : []))
  }
}

let world: ChatWorld
let [ann, ben, cat]: User[] = []

beforeEach(async () => {
  world = new ChatWorld(1, 4)
  ann = new User(await world.member('Ann'))
  ben = new User(await world.member('Ben'))
  cat = new User(await world.member('Cat'))
})

describe('in a group', () => {
  let conversation: string

  beforeEach(async () => {
    const made = await ann!.ask('createGroup', { name: 'Trip', add: [ben!.member.did, cat!.member.did] })
    conversation = made.id
    for (const user of [ann, ben, cat]) user!.news
  })

  it('brings the history to another device of the user, by a code or by lines', async () => {
    await ann!.ask('sendMessage', { conversation, text: 'before' })
    const tablet = new User(await world.member('Tablet', ben!.member.person))
    await tablet.member.restart()
    ben!.member.notice(ben!.member.did)
    await world.advance(5000)
    const { code } = await tablet.ask('askForHistory')
    const waiting = { direction: 'here', state: 'waiting', messages: 0, total: null, added: 0, problem: null }
    expect(tablet.news).toContainEqual({ type: 'chat-transfer', transfer: waiting })
    expect(await ben!.ask('getHistoryTransfer')).toEqual({ transfer: null })
    expect(await ben!.ask('giveHistory', { code })).toMatchObject({ transfer: { state: 'running' } })
    await world.advance(10_000)
    const done = { ...waiting, state: 'done', messages: 1, total: 1, added: 1 }
    expect(await tablet.ask('getHistoryTransfer')).toEqual({ transfer: done })
    expect(tablet.news).toContainEqual({ type: 'chat-transfer', transfer: done })
    // It has ended: there is nothing to cancel.
    expect(await tablet.ask('cancelHistoryTransfer')).toEqual({ transfer: done })
    expect((await tablet.ask('listMessages', { conversation })).items.map(({ text }) => text)).toEqual([
      'before',
    ])
    const { lines, next, total } = await ben!.ask('exportHistory')
    expect([next, total]).toEqual([null, 1])
    await expect(ben!.ask('exportHistory', { after: 'nowhere.1' })).rejects.toMatchObject({
      code: 'not-found',
    })
    expect(await tablet.ask('importHistory', { lines })).toEqual({ added: 0 })
    await expect(tablet.ask('importHistory', { lines: 'no line' })).rejects.toMatchObject({
      code: 'bad-argument',
    })
    await expect(cat!.ask('giveHistory', { code })).rejects.toMatchObject({ code: 'not-allowed' })
  })

  const say = async (user: User, text: string, more = {}) =>
    user.ask('sendMessage', { conversation, text, ...more })

  it('shows members, rules and names', async () => {
    const [shown, ...more] = (await ben!.ask('listConversations')).items
    expect(more).toEqual([])
    expect(shown).toMatchObject({
      ...{ id: conversation, kind: 'group', state: 'member', name: 'Trip', hub: HOME, isRequest: false },
      ...{ rules: { membersAdd: false, allowed: null, slowSeconds: 0 }, last: null, problems: [] },
    })
    expect(shown!.invitedBy).toMatchObject({ name: 'Ann', isContact: true })
    expect(
      shown!.members.map(({ name, isSelf, isAdmin, devices }) => [name, isSelf, isAdmin, devices]),
    ).toEqual([
      ['Ann', false, true, 1],
      [null, true, false, 1],
      ['Cat', false, false, 1],
    ])
  })

  it('says with whom keys were compared, never with the person itself', async () => {
    const verified = async () => {
      const { members } = await ben!.ask('getConversation', { conversation })
      return members.filter(({ isVerified }) => isVerified).map(({ name }) => name)
    }
    expect(await verified()).toEqual([])
    ben!.verified.add(ben!.member.did).add(ann!.member.did)
    expect(await verified()).toEqual(['Ann'])
    const { id } = await say(ann!, 'Where?')
    const { items } = await ben!.ask('listMessages', { conversation, around: id })
    expect(items.map(({ sender }) => sender.isVerified)).toEqual([true])
  })

  it('sends, answers, edits, reacts, deletes, and counts what is unread', async () => {
    const { id } = await say(ann!, 'Where?')
    const answer = await say(ben!, 'There', { replyTo: id, mentions: [ann!.member.did] })
    expect(answer).toMatchObject({ replyTo: id, delivery: 'waiting', sender: { isSelf: true } })
    await ann!.ask('editMessage', { conversation, message: id, text: 'Where to?' })
    await cat!.ask('reactToMessage', { conversation, message: id, emoji: '👍' })
    expect((await ann!.ask('getConversation', { conversation })).unread).toEqual({ messages: 1, mentions: 1 })
    expect(await ann!.ask('getChat')).toEqual({ problem: null, unread: { messages: 1, mentions: 1 } })
    const { items } = await ben!.ask('listMessages', { conversation })
    expect(items).toMatchObject([
      { id, text: 'Where to?', state: 'edited', reactions: [{ emoji: '👍', by: [cat!.member.did] }] },
      { id: answer.id, text: 'There', delivery: 'delivered' },
    ])
    await cat!.ask('reactToMessage', { conversation, message: id, emoji: null })
    await ann!.ask('deleteMessage', { conversation, message: answer.id })
    const last = (await cat!.ask('listMessages', { conversation })).items
    expect(last.map(({ state, text, reactions }) => [state, text, reactions])).toEqual([
      ['edited', 'Where to?', []],
      ['deleted', '', []],
    ])
    const other = { conversation, message: id }
    await expect(ben!.ask('editMessage', { ...other, text: 'x' })).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await expect(ben!.ask('deleteMessage', other)).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(say(ben!, '')).rejects.toMatchObject({ code: 'bad-argument' })
  })

  it('pages from the newest, and says what does not exist', async () => {
    for (let n = 1; n <= 5; n++) await say(ann!, `${n}`)
    const page = async (more: object) => {
      const { items, hasOlder, hasNewer } = await ben!.ask('listMessages', { conversation, ...more })
      return {
        texts: items.map(({ text }) => text).join(''),
        hasOlder,
        hasNewer,
        ids: items.map(({ id }) => id),
      }
    }
    const { ids, ...newest } = await page({ limit: 2 })
    expect(newest).toEqual({ texts: '45', hasOlder: true, hasNewer: false })
    expect(await page({ limit: 9, before: ids[0] })).toMatchObject({
      texts: '123',
      hasOlder: false,
      hasNewer: true,
    })
    const nowhere = 'f'.repeat(32)
    await expect(page({ around: nowhere })).rejects.toMatchObject({ code: 'not-found', field: 'message' })
    const wrong = { conversation: 'f'.repeat(64) }
    await expect(ben!.ask('getConversation', wrong)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('marks as read, for others to see unless the settings say otherwise', async () => {
    const [one, two] = [await say(ann!, 'one'), await say(ann!, 'two')]
    const readBy = async () => (await ann!.ask('getConversation', { conversation })).readBy
    ben!.settings.sendReadMarks = false
    const read = await ben!.ask('markRead', { conversation, message: one.id })
    expect([read.readUpTo, read.unread.messages, await readBy()]).toEqual([one.id, 1, []])
    ben!.settings.sendReadMarks = true
    await ben!.ask('markRead', { conversation, message: two.id })
    await world.advance(3000)
    expect(await readBy()).toEqual([{ did: ben!.member.did, upTo: two.id }])
    // Read messages do not become unread again.
    expect((await ben!.ask('markRead', { conversation, message: one.id })).unread.messages).toBe(0)
  })

  it('announces each new message of others once, and only mentions if it is muted', async () => {
    await say(ann!, 'hello')
    expect([ann!.texts, ben!.texts]).toEqual([[], ['hello']])
    await ben!.ask('setConversation', { conversation, isMuted: true, draft: 'half' })
    await say(ann!, 'quiet')
    await say(ann!, 'Ben!', { mentions: [ben!.member.did] })
    expect(ben!.texts).toEqual(['Ben!'])
    expect((await ben!.ask('getConversation', { conversation })).draft).toBe('half')
    await ben!.member.restart()
    expect(ben!.texts).toEqual([])
  })

  it('announces who types, unless the settings say otherwise', async () => {
    await ann!.ask('showPresence', { conversation, what: 'typing' })
    expect(ben!.news).toEqual([{ type: 'chat-presence', conversation, did: ann!.member.did, what: 'typing' }])
    ann!.settings.sendPresence = false
    await ann!.ask('showPresence', { conversation, what: 'typing' })
    expect(ben!.news).toEqual([])
  })

  it('announces many changes at once a few times only', async () => {
    ben!.member.process.isCut = true
    for (let n = 0; n < 30; n++) await say(ann!, `${n}`)
    ben!.member.process.isCut = false
    await world.advance(5000)
    const { news } = ben!
    expect(news.filter(({ type }) => type === 'chat').length).toBeLessThan(20)
    const texts = news.flatMap(event => (event.type === 'chat-message' ? [event.message.text] : []))
    expect(texts.at(-1)).toBe('29')
  })

  it('changes rules and members, lets leave and forget', async () => {
    const changed = await ann!.ask('changeGroup', {
      ...{ conversation, remove: [cat!.member.did], name: 'Journey', slowSeconds: 5 },
    })
    expect([changed.name, changed.rules!.slowSeconds, changed.members.length]).toEqual(['Journey', 5, 2])
    expect((await cat!.ask('getConversation', { conversation })).state).toBe('left')
    await expect(say(cat!, 'still here')).rejects.toMatchObject({ code: 'removed' })
    await expect(ben!.ask('changeGroup', { conversation, name: 'Mine' })).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await expect(ben!.ask('forgetConversation', { conversation })).rejects.toMatchObject({ code: 'conflict' })
    expect((await ben!.ask('leaveConversation', { conversation })).state).toBe('left')
    ben!.news
    expect(await ben!.ask('forgetConversation', { conversation })).toEqual({ items: [] })
    expect(ben!.news).toContainEqual({ type: 'chat', conversation: null, messages: null })
  })

  it('answers that a change is made later if the hub is away', async () => {
    world.hub.isAway = true
    const change = ann!.ask('changeGroup', { conversation, name: 'Later' })
    await expect(change).rejects.toMatchObject({ code: 'unavailable' })
    world.hub.isAway = false
    await world.advance(60_000)
    expect((await ben!.ask('getConversation', { conversation })).name).toBe('Later')
  })

  it('reports a message, which whoever has read the log verifies', async () => {
    const { id } = await say(ann!, 'unkind')
    const { report } = await ben!.ask('reportMessage', { conversation, message: id })
    expect(await cat!.ask('verifyReport', { report })).toMatchObject({
      ...{ conversation, id, sender: { name: 'Ann' }, kind: 'text', text: 'unkind' },
    })
    await expect(cat!.ask('verifyReport', { report: 'x' })).rejects.toMatchObject({ code: 'bad-report' })
  })

  it('has a proof when the hub shows different logs, which anybody verifies', async () => {
    const hubProofOf = async (user: User) => (await user.ask('getConversation', { conversation })).hubProof
    expect(await hubProofOf(cat!)).toBeNull()
    world.hub.rehash = (place, process) =>
      process === cat!.member.process ? { ...place, hash: new Uint8Array(32) } : place
    await say(ann!, 'one')
    await world.advance(120_000)
    await ann!.ask('showPresence', { conversation, what: 'typing' })
    const proof = await hubProofOf(cat!)
    ann!.member.kill()
    const proved = await ben!.ask('verifyHubProof', { proof })
    expect(proved).toMatchObject({ conversation, hub: formatDidKey(world.hub.key.publicKey) })
    expect(proved.heads.map(({ hash }) => hash)).toContain('00'.repeat(32))
    await expect(ben!.ask('verifyHubProof', { proof: `${proof}x` })).rejects.toMatchObject({
      code: 'bad-report',
    })
  })

  it('finds words in one conversation and in all', async () => {
    await say(ann!, 'the harbour at dawn')
    const { items } = await ben!.ask('searchMessages', { text: 'harb' })
    expect(items).toMatchObject([{ conversation, message: { text: 'the harbour at dawn' } }])
    expect((await ben!.ask('searchMessages', { text: 'dawn', conversation })).items).toEqual(items)
    expect((await ben!.ask('searchMessages', { text: 'dusk', conversation })).items).toEqual([])
  })
})

it('says why there is no chat, and refuses everything else', async () => {
  ann!.obstacle = new ChatError('no-devices', 'This node is not in your device list.')
  expect(await ann!.ask('getChat')).toEqual({
    problem: { code: 'no-devices', message: 'This node is not in your device list.' },
    unread: { messages: 0, mentions: 0 },
  })
  await expect(ann!.ask('listConversations')).rejects.toMatchObject({ code: 'no-devices' })
})

describe('a private conversation', () => {
  it('has the name of the other, and is a request that can be accepted', async () => {
    world.areStrangers = true
    const { id } = await ann!.ask('createPrivate', { hub: 'friends', person: ben!.member.did })
    expect((await ann!.ask('createPrivate', { person: ben!.member.did })).id).toBe(id)
    await ann!.ask('sendMessage', { conversation: id, text: 'hello' })
    const [request] = (await ben!.ask('listConversations')).items
    expect(request).toMatchObject({ kind: 'private', name: 'Ann', isRequest: true, unread: { messages: 1 } })
    expect(ben!.texts).toEqual([])
    expect(await ben!.ask('acceptConversation', { conversation: id })).toMatchObject({ isRequest: false })
    await ann!.ask('sendMessage', { conversation: id, text: 'again' })
    expect(ben!.texts).toEqual(['again'])
  })

  it('leaves nothing behind if the person has no device', async () => {
    const person = world.person().did
    await expect(ann!.ask('createPrivate', { person })).rejects.toMatchObject({ code: 'no-devices' })
    await expect(ann!.ask('createGroup', { name: 'x', add: [person] })).rejects.toMatchObject({
      code: 'no-devices',
    })
    await expect(ann!.ask('createPrivate', { person: ann!.member.did })).rejects.toMatchObject({
      ...{ code: 'bad-argument', field: 'person' },
    })
    expect(await ann!.ask('listConversations')).toEqual({ items: [] })
  })

  it('says that a did:key is incomplete', async () => {
    const mistyped = ben!.member.did.slice(0, -4)
    const wrong = { code: 'bad-argument', message: expect.stringContaining('did:key') }
    await expect(ann!.ask('createPrivate', { person: mistyped })).rejects.toMatchObject({
      ...{ ...wrong, field: 'person' },
    })
    await expect(ann!.ask('createGroup', { name: 'x', add: [mistyped] })).rejects.toMatchObject({
      ...{ ...wrong, field: 'add' },
    })
    const { id } = await ann!.ask('createGroup', { name: 'x' })
    const change = { conversation: id, admins: [ann!.member.did, mistyped] }
    await expect(ann!.ask('changeGroup', change)).rejects.toMatchObject({ ...wrong, field: 'admins' })
  })

  it('begins at a hub that was joined', async () => {
    const begin = (hub?: string) =>
      ann!.ask('createPrivate', { ...(hub && { hub }), person: ben!.member.did })
    await expect(begin('elsewhere')).rejects.toMatchObject({ code: 'no-hub', field: 'hub' })
    ann!.hubs.push({ url: 'https://other.example', name: 'Others', key: 'did:key:z6MkOther' })
    await expect(begin()).rejects.toMatchObject({ code: 'no-hub' })
    ann!.hubs = []
    await expect(begin()).rejects.toMatchObject({
      code: 'no-hub',
      message: expect.stringContaining('Join a hub'),
    })
  })
})

describe('the room of a share', () => {
  const magnet = { infoHashes: { v1: new Uint8Array(20).fill(1) }, name: 'Harbour' }
  const page = 'https://example.org/'

  it('is that of all links with its secret, or with the key of a seal', async () => {
    for (const secret of [
      { room: new Uint8Array(32).fill(5) },
      { seal: { by: 'key', key: new Uint8Array(32).fill(6) } } as const,
    ]) {
      const link = formatShareLink(page, { magnet, ...secret })
      const room = await ann!.ask('joinShareRoom', { link })
      await ann!.ask('sendMessage', { conversation: room.id, text: 'first' })
      // Trackers differ between links.
      const other = formatShareLink(page, { magnet: { ...magnet, trackers: ['wss://t.example'] }, ...secret })
      const joined = await ben!.ask('joinShareRoom', { link: other })
      expect(joined).toMatchObject({ id: room.id, kind: 'share', members: [], rules: null })
      expect((await ben!.ask('listMessages', { conversation: room.id })).items).toMatchObject([
        { text: 'first' },
      ])
      await expect(ben!.ask('leaveConversation', { conversation: room.id })).rejects.toMatchObject({
        code: 'bad-argument',
      })
    }
    const names = (await ann!.ask('listConversations')).items.map(({ name }) => name)
    expect(names.sort()).toEqual(['', 'Harbour'])
  })

  it('is made for a link that has none', async () => {
    const magnet = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=Harbour`
    const made = await ann!.ask('createShareRoom', { link: magnet })
    expect(made.conversation).toMatchObject({ kind: 'share', name: 'Harbour' })
    const { magnet: shared, room } = parseShareLink(made.link)
    expect([shared.name, room?.length]).toEqual(['Harbour', 32])
    expect((await ben!.ask('joinShareRoom', { link: made.link })).id).toBe(made.conversation.id)
    expect(await ben!.ask('createShareRoom', { link: made.link })).toMatchObject({ link: made.link })
    // Another room for the same share.
    const other = await ann!.ask('createShareRoom', { link: formatShareLink(page, { magnet: shared }) })
    expect(other.link.startsWith(`${page}#`)).toBe(true)
    expect(other.conversation.id).not.toBe(made.conversation.id)
  })

  it('names its hub in the link if that lets guests in, who see each other by the names they chose', async () => {
    ann!.letsGuestsIn = true
    const plain = formatShareLink(page, { magnet })
    const { link, conversation } = await ann!.ask('createShareRoom', { link: plain })
    expect(parseShareLink(link).roomHub).toBe(HOME)
    const sealed = formatShareLink(page, { magnet, seal: { by: 'key', key: new Uint8Array(32).fill(6) } })
    expect(parseShareLink((await ann!.ask('createShareRoom', { link: sealed })).link)).toMatchObject({
      seal: { by: 'key' },
      roomHub: HOME,
    })
    // The same link, at a hub that lets nobody in.
    expect((await ben!.ask('createShareRoom', { link })).link).toBe(link)
    ben!.hubs = [{ ...ben!.hubs[0]!, account: 'Benjamin' }]
    await ben!.ask('sendMessage', { conversation: conversation.id, text: 'hello' })
    const sent = ben!.member.chat!.conversations.find(({ kind }) => kind === 'share')!.messages.at(-1)!
    expect(sent.name).toBe('Benjamin')
    const [message] = (await ann!.ask('listMessages', { conversation: conversation.id })).items
    expect(message!.sender.name).toBe('Ben')
  })

  it('needs a link that has one', async () => {
    for (const link of [formatShareLink(page, { magnet }), 'https://example.org/', 'nothing'])
      await expect(ann!.ask('joinShareRoom', { link })).rejects.toMatchObject({
        code: 'bad-argument',
        field: 'link',
      })
  })
})
