import { randomBytes } from 'node:crypto'
import { proveEquivocation, signHead } from '@shoal/hub-api/rooms'
import { KeyPair } from '@shoal/identity'
import { equalBytes, latin1 } from '@shoal/torrent/base'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Content } from '../conversations/index.ts'
import { encodeEnvelope } from '../envelope/envelope.ts'
import { makeKeyPackage } from '../groups/key-packages.ts'
import { type ChatMember, ChatWorld, HOME, text } from '../testing/chat-world.ts'
import { deviceOf, NOW, suite } from '../testing/members.ts'
import type { PageOptions } from './message-page.ts'
import { sealHead } from './presence.ts'

let world: ChatWorld
let ann: ChatMember
let ben: ChatMember
let cat: ChatMember

const say = async (member: ChatMember, words: string) => (await world.until(member.only.send(text(words))))!
const namesOf = (member: ChatMember) => member.only.members.map(({ device }) => device.name).sort()
const roomOf = (member: ChatMember) => world.hub.rooms.get(latin1(member.only.id))!

beforeEach(async () => {
  world = new ChatWorld(1, 4)
  ann = await world.member('Ann')
  ben = await world.member('Ben')
  cat = await world.member('Cat')
})

/** A group of these, with Ann as its admin. */
async function group(...others: ChatMember[]): Promise<void> {
  const conversation = await world.until(ann.chat!.createGroup({ home: HOME, name: 'Friends' }))
  await world.until(conversation!.change({ add: others.map(({ did }) => did) }))
  await world.advance(3000)
}

function expectAll(texts: readonly string[], members = [ann, ben, cat]): void {
  for (const each of members) expect(each.texts, each.name).toEqual(texts)
}

describe('a group', () => {
  it('is created, and those who are added read what is written then', async () => {
    await group(ben, cat)
    expect(namesOf(cat)).toEqual(['Ann', 'Ben', 'Cat'])
    await say(ann, 'hello')
    await world.advance(1000)
    await say(cat, 'hello, Ann')
    await world.advance(1000)
    expectAll(['hello', 'hello, Ann'])
    expect([...ann.problems, ...ben.problems, ...cat.problems]).toEqual([])
    expect(ben.only.unread).toEqual({ messages: 2, mentions: 0 })
    expect([ben.only.invitedBy, ben.only.kind, ben.only.policy!.name]).toEqual([ann.did, 'group', 'Friends'])
  })

  it('continues after each device was started again, also while the hub is away', async () => {
    await group(ben, cat)
    await say(ann, 'before')
    await world.advance(1000)
    world.hub.isAway = true
    await say(ben, 'meanwhile')
    for (const each of [ann, ben, cat]) await each.restart()
    expect(ben.texts).toEqual(['before', 'meanwhile'])
    await world.advance(5000)
    expect(ann.texts).toEqual(['before'])
    world.hub.isAway = false
    await world.advance(3000)
    expectAll(['before', 'meanwhile'])
  })

  it('takes changes that two members make at once, one after the other', async () => {
    const dan = await world.member('Dan')
    const eve = await world.member('Eve')
    await group(ben, cat)
    await world.until(ann.only.change({ policy: { ...ann.only.policy!, membersAdd: true } }))
    await world.advance(1000)
    const both = Promise.all([ben.only.change({ add: [dan.did] }), cat.only.change({ add: [eve.did] })])
    await world.until(both)
    await world.advance(3000)
    for (const each of [ann, ben, cat, dan, eve])
      expect(namesOf(each), each.name).toEqual(['Ann', 'Ben', 'Cat', 'Dan', 'Eve'])
  })

  it('removes, lets leave, and takes back', async () => {
    await group(ben, cat)
    await say(cat, 'first')
    await world.advance(1000)
    await world.until(ann.only.change({ remove: [cat.did] }))
    await world.advance(1000)
    expect([cat.only.state, cat.texts]).toEqual(['left', ['first']])
    await expect(world.until(cat.only.send(text('still here')))).rejects.toMatchObject({ code: 'removed' })
    await say(ann, 'without Cat')
    await world.until(ann.only.change({ add: [cat.did] }))
    await world.advance(3000)
    await say(cat, 'back')
    await world.advance(1000)
    expectAll(['first', 'without Cat', 'back'], [ann, ben])
    expect(cat.texts).toEqual(['first', 'back'])
    await world.until(ben.only.leave())
    await world.advance(10_000)
    expect([ben.only.state, namesOf(ann)]).toEqual(['left', ['Ann', 'Cat']])
    await expect(world.until(cat.only.change({ remove: [ann.did] }))).rejects.toMatchObject({
      code: 'not-allowed',
    })
  })

  it('follows device lists: new devices of a person come, those that were removed go', async () => {
    await group(ben)
    const tablet = await world.member('Tablet', ben.person)
    ben.notice(ben.did)
    await world.advance(5000)
    expect(namesOf(ann)).toEqual(['Ann', 'Ben', 'Tablet'])
    await say(ann, 'to both')
    await world.advance(1000)
    expect([ben.texts, tablet.texts]).toEqual([['to both'], ['to both']])
    // Both devices know what was read on either.
    await world.until(tablet.only.markRead(tablet.only.messages[0]!.id))
    await world.advance(3000)
    expect(ben.only.unread.messages).toBe(0)
    ben.person.remove(tablet.own)
    for (const each of [ann, ben]) each.notice(ben.did)
    await world.advance(5000)
    expect([namesOf(ann), tablet.only.state]).toEqual([['Ann', 'Ben'], 'left'])
  })

  it('is read in pages, and shows how far others have read', async () => {
    await group(ben)
    for (let n = 0; n < 7; n++) {
      await say(ann, `${n}`)
      await world.advance(1000)
    }
    const ids = ben.only.messages.map(({ id }) => id)
    const page = async (options: PageOptions) => {
      const { messages, hasOlder, hasNewer } = await ben.only.reader.page(options)
      return [messages.map(({ text }) => text).join(''), hasOlder, hasNewer]
    }
    expect(await page({ limit: 3 })).toEqual(['456', true, false])
    expect(await page({ before: ids[4]!, limit: 10 })).toEqual(['0123', false, true])
    expect(await page({ around: ids[3]!, limit: 4 })).toEqual(['1234', true, true])
    expect(await page({ before: new Uint8Array(16) })).toEqual(['', false, false])
    expect((await ben.only.reader.message(ids[2]!))?.text).toBe('2')
    await world.until(ben.only.markRead(ids[5]!))
    await world.advance(5000)
    expect(ann.only.reader.readBy).toEqual([{ did: ben.did, upTo: ids[5] }])
  })

  it('adds a new device of a person once that can be added', async () => {
    await group(ben)
    const tablet = world.absent('Tablet', ben.person)
    ben.notice(ben.did)
    await world.advance(5000)
    expect(namesOf(ann)).toEqual(['Ann', 'Ben'])
    await tablet.start()
    await world.advance(900_000)
    expect([namesOf(ann), tablet.only.state]).toEqual([['Ann', 'Ben', 'Tablet'], 'member'])
  })

  it('adds a new device of a person soon after it has said that it is there', async () => {
    await group(ben)
    const phone = await world.member('Phone', ben.person)
    await world.advance(60_000)
    expect(phone.chat!.conversations).toEqual([])
    await world.until(phone.chat!.announce(HOME))
    await world.advance(2000)
    expect(namesOf(phone)).toEqual(['Ann', 'Ben', 'Phone'])
  })

  it('writes a message again for those who were added while it was under way', async () => {
    await group(ben)
    ben.process.isCut = true
    await world.until(ann.only.change({ add: [cat.did] }))
    await world.advance(3000)
    const id = await say(ben, 'late')
    ben.process.isCut = false
    await world.advance(3000)
    await say(ann, 'after')
    await world.advance(1000)
    expectAll(['late', 'after'])
    expect(cat.only.messages[0]).toMatchObject({ id, sender: ben.did })
    for (const each of [ann, ben, cat]) await each.restart()
    expectAll(['late', 'after'])
    expect(await ann.chat!.verifyReport((await cat.only.reader.report(id))!.text)).toMatchObject({
      ...{ sentMs: cat.only.messages[0]!.sentMs, kind: 'text', content: text('late') },
      sender: { did: ben.did },
    })
  })

  it('adds with the last resort when all other key packages are used up', async () => {
    const keys = world.hub.keys.get(latin1(deviceOf(ben.own.own).hash))!
    expect([keys.oneTime.length, keys.lastResort === null]).toEqual([4, false])
    keys.oneTime.length = 0
    await group(ben)
    expect(namesOf(ben)).toEqual(['Ann', 'Ben'])
    await ben.restart()
    await world.advance(1000)
    expect(keys.oneTime).toHaveLength(4)
    await say(ben, 'here')
    await world.advance(1000)
    expectAll(['here'], [ann, ben])
  })

  it('tells who types, and remembers drafts', async () => {
    await group(ben)
    await world.until(ben.only.presence.show('typing'))
    await world.advance(1000)
    expect([ann.presences, ben.presences]).toEqual([['Ben typing'], []])
    await world.until(ben.only.set({ draft: 'half a sen', isMuted: true }))
    await ben.restart()
    expect(ben.only.settings).toMatchObject({ draft: 'half a sen', isMuted: true })
  })

  it('sends nothing that it could not write down, and continues when it is started again', async () => {
    await group(ben)
    await say(ben, 'written')
    await world.advance(1000)
    const { entries } = roomOf(ann)
    const before = entries.length
    ben.process.isFull = true
    ben.only.send(text('not written')).catch(() => {})
    await world.advance(5000)
    expect([ben.failures, entries.length]).toEqual([['No space left'], before])
    await ben.restart()
    await say(ben, 'again')
    await world.advance(1000)
    expectAll(['written', 'again'], [ann, ben])
  })

  it('is slow for those who are not admins, if it is said so', async () => {
    await group(ben)
    await world.until(ann.only.change({ policy: { ...ann.only.policy!, slowSeconds: 60 } }))
    await world.advance(1000)
    await say(ben, 'one')
    await expect(world.until(ben.only.send(text('two')))).rejects.toMatchObject({ code: 'not-allowed' })
    await world.advance(60_000)
    await say(ben, 'two')
    await world.advance(1000)
    expectAll(['one', 'two'], [ann, ben])
  })
})

it('is slow also for a member whose last message has left memory', async () => {
  world.pageMessages = 4
  for (const each of [ann, ben]) await each.restart()
  await group(ben)
  await world.until(ann.only.change({ policy: { ...ann.only.policy!, slowSeconds: 3600 } }))
  await world.advance(1000)
  await say(ben, 'one')
  for (let n = 0; n < 20; n++) {
    await say(ann, `message ${n}`)
    await world.advance(200)
  }
  await world.advance(1000)
  expect(ben.texts).not.toContain('one')
  await expect(world.until(ben.only.send(text('two')))).rejects.toMatchObject({ code: 'not-allowed' })
  expect(ann.problems).toEqual([])
})

describe('a long conversation', () => {
  const COUNT = 30
  const numbers = Array.from({ length: COUNT }, (_, n) => `message ${n}`)
  const textsIn = async (member: ChatMember, options: PageOptions = { limit: 1000 }) =>
    (await member.only.reader.page(options)).messages.map(({ text }) => text)
  let ids: readonly Uint8Array[]

  beforeEach(async () => {
    world.pageMessages = 4
    for (const each of [ann, ben]) await each.restart()
    await group(ben)
    const said = []
    for (const words of numbers) {
      said.push(await say(ann, words))
      await world.advance(200)
    }
    ids = said
    await world.advance(1000)
  })

  it('has its newest messages in memory, and all of them in pages', async () => {
    for (const member of [ann, ben]) {
      expect(member.texts.length).toBeLessThan(8)
      await member.restart()
      expect(member.texts.length).toBeLessThan(8)
      expect(await textsIn(member)).toEqual(numbers)
      const seen: string[] = []
      for (let before: Uint8Array | null = null; ; ) {
        const { messages, hasOlder } = await member.only.reader.page({ before, limit: 7 })
        seen.unshift(...messages.map(({ text }) => text))
        if (!hasOlder) break
        before = messages[0]!.id
      }
      expect(seen).toEqual(numbers)
      expect(await textsIn(member, { around: ids[12]!, limit: 6 })).toEqual(numbers.slice(9, 15))
      expect((await member.chat!.search('message 3')).map(({ message }) => message.text)).toEqual([
        'message 3',
      ])
    }
    expect(await ben.only.reader.report(ids[0]!)).not.toBeNull()
  })

  it('shows changes of messages that are not in memory', async () => {
    const change = (content: Content) => world.until(ann.only.send(content))
    await change({ kind: 'edit', of: ids[1]!, text: 'edited', mentions: [] })
    await change({ kind: 'deletion', of: ids[2]! })
    await world.until(ben.only.send({ kind: 'reaction', to: ids[0]!, emoji: '+' }))
    const check = async () => {
      for (const member of [ann, ben]) {
        const { messages } = await member.only.reader.page({ limit: 1000 })
        expect(messages.slice(0, 3).map(({ text, state }) => [text, state])).toEqual([
          ['message 0', 'shown'],
          ['edited', 'edited'],
          ['', 'deleted'],
        ])
        expect([...messages[0]!.reactions]).toEqual([['+', [ben.did]]])
      }
    }
    await world.advance(1000)
    await check()
    // Changes are moved out of memory, too.
    for (let n = 0; n < 12; n++) await say(ann, 'more')
    await world.advance(1000)
    await check()
    for (const each of [ann, ben]) await each.restart()
    await check()
  })

  it('has a copy where its message is in the log, though others around it have left memory', async () => {
    const seen = async (member: ChatMember) => (await textsIn(member)).slice(numbers.length)
    ben.process.isCut = true
    const late = ['late 1', 'late 2']
    for (const words of late) {
      await say(ben, words)
      await world.advance(200)
    }
    await world.until(ann.only.change({ add: [cat.did] }))
    await world.advance(1000)
    await say(ann, 'early')
    await world.advance(1000)
    // The hub has its messages, but does not know that Cat cannot read them.
    const { length } = roomOf(ann).entries
    ben.process.isCut = false
    while (roomOf(ann).entries.length < length + 2) await world.advance(1)
    ben.kill()
    const more = Array.from({ length: 20 }, (_, n) => `later ${n}`)
    for (const words of more) {
      await say(ann, words)
      await world.advance(200)
    }
    await world.advance(3000)
    expect(await textsIn(cat)).toEqual(['early', ...more])
    await world.until(cat.only.markRead(cat.only.messages.at(-3)!.id))
    const { unread } = cat.only
    await ben.start()
    await world.advance(3000)
    const all = await seen(ann)
    expect([all[0], all.slice(1, 3).sort(), all.slice(3)]).toEqual(['early', late, more])
    expect([await seen(ben), await textsIn(cat)]).toEqual([all, all])
    expect(cat.only.unread).toEqual(unread)
    await cat.restart()
    expect([await textsIn(cat), cat.only.unread]).toEqual([all, unread])
    expect(cat.texts.length).toBeLessThan(8)
  })

  it('counts what was not read, also where it is not in memory', async () => {
    const unread = () => ben.only.unread.messages
    expect(unread()).toBe(COUNT)
    const before = roomOf(ann).entries.length
    for (const at of [4, 11, 5, 20]) await world.until(ben.only.markRead(ids[at]!))
    expect(unread()).toBe(COUNT - 21)
    await world.advance(5000)
    // One message informs the others.
    expect(roomOf(ann).entries.length).toBe(before + 1)
    expect(ann.only.reader.readBy).toEqual([{ did: ben.did, upTo: ids[20] }])
    for (const each of [ann, ben]) await each.restart()
    expect([unread(), ann.only.reader.readBy]).toEqual([COUNT - 21, [{ did: ben.did, upTo: ids[20] }]])
    await world.until(ben.only.markRead(ids.at(-1)!))
    expect(unread()).toBe(0)
  })

  it('shows its newest messages first to a device that was away, and reads all in order', async () => {
    ben.kill()
    const more = Array.from({ length: 40 }, (_, n) => `later ${n}`)
    for (const words of more) {
      await say(ann, words)
      await world.advance(100)
    }
    const { length } = roomOf(ann).entries
    world.hub.screen = 6
    const older = Promise.withResolvers<void>()
    world.hub.older = older.promise
    await ben.start()
    while (ben.texts.at(-1) !== 'later 39') await world.advance(1)
    expect(ben.only.through.sequence).toBeLessThan(length - 6)
    expect(ben.texts.slice(-6)).toEqual(more.slice(-6))
    expect(ben.only.unread.messages).toBe(COUNT + 6)
    expect((await textsIn(ben, { limit: 8 })).slice(-6)).toEqual(more.slice(-6))
    const last = ben.only.messages.at(-1)!
    await world.until(ben.only.markRead(last.id))
    expect(ben.only.unread.messages).toBe(0)
    older.resolve()
    await world.until(ben.only.reach(length))
    await world.advance(1000)
    for (const member of [ann, ben]) expect(await textsIn(member)).toEqual([...numbers, ...more])
    await ben.restart()
    expect([await textsIn(ben), ben.only.unread.messages]).toEqual([[...numbers, ...more], 0])
    expect(ben.problems).toEqual([])
  })

  it('is forgotten with all its journals', async () => {
    const before = ben.journals
    expect(before.filter(name => name.startsWith('past-')).length).toBeGreaterThan(5)
    await world.until(ben.chat!.forget(ben.only))
    expect(ben.journals.filter(name => /^(past|history|keys)-[0-9a-f]{64}/.test(name))).toEqual([])
  })
})

describe('a private conversation', () => {
  it('has two persons, and is a request until a stranger accepts it', async () => {
    world.areStrangers = true
    const conversation = (await world.until(ann.chat!.createPrivate(HOME, ben.did)))!
    await world.advance(3000)
    expect([conversation.kind, ben.only.kind, ben.only.isRequest, conversation.isRequest]).toEqual([
      ...['private', 'private', true, false],
    ])
    await say(ann, 'hello')
    await world.advance(1000)
    expect([ben.texts, ben.chat!.unread.messages]).toEqual([['hello'], 0])
    await world.until(ben.only.accept())
    expect([ben.only.isRequest, ben.chat!.unread.messages]).toEqual([false, 1])
    expect(await world.until(ben.chat!.createPrivate(HOME, ann.did))).toBe(ben.only)
    ben.blocked.add(ann.did)
    expect([ben.texts, ben.only.unread.messages]).toEqual([[], 0])
  })

  it('does not begin with somebody who has blocked the other', async () => {
    ben.blocked.add(ann.did)
    await world.until(ann.chat!.createPrivate(HOME, ben.did))
    await world.advance(3000)
    expect(ben.chat!.conversations).toEqual([])
  })
})

describe('the room of a share', () => {
  it('is read and written by all who have the link, also later', async () => {
    const link = new Uint8Array(32).fill(9)
    await world.until(ann.chat!.joinShareRoom(HOME, link))
    await say(ann, 'the first here')
    await world.advance(1000)
    for (const each of [ben, cat]) await world.until(each.chat!.joinShareRoom(HOME, link))
    await world.advance(1000)
    await say(cat, 'hello')
    await world.until(ben.only.presence.show('here'))
    await world.advance(1000)
    for (const each of [ann, ben, cat]) await each.restart()
    expectAll(['the first here', 'hello'])
    expect(ann.presences).toEqual(['Ben here'])
    expect([ann.only.kind, ann.only.messages[1]!.sender]).toEqual(['share', cat.did])
  })
})

it('finds words in all conversations, newest first, and forgets what was forgotten', async () => {
  await group(ben)
  for (const words of ['Große Fische', 'grosse Wellen', 'nothing']) {
    await say(ann, words)
    await world.advance(1000)
  }
  const found = async (words: string) => (await ben.chat!.search(words)).map(({ message }) => message.text)
  expect([await found('grosse'), await found('gro fi'), await found('fisch'), await found(' ')]).toEqual([
    ['grosse Wellen', 'Große Fische'],
    [],
    ['Große Fische'],
    [],
  ])
  await world.until(ben.chat!.forget(ben.only))
  await ben.restart()
  expect([ben.chat!.conversations, await ben.chat!.search('grosse')]).toEqual([[], []])
})

describe('against others', () => {
  it('names a hub that gives the key of another device, and adds nobody', async () => {
    const thief = deviceOf(cat.own.own)
    const forged = await makeKeyPackage(suite, cat.own.own, { unixSeconds: NOW })
    world.hub.forge = () => forged.bytes
    const conversation = (await world.until(ann.chat!.createGroup({ home: HOME, name: '' })))!
    await expect(world.until(conversation.change({ add: [ben.did] }))).rejects.toMatchObject({
      code: 'no-devices',
    })
    expect(ann.problems).toContain('bad-credential')
    expect(ann.only.members.some(({ hash }) => equalBytes(hash, thief.hash))).toBe(false)
  })

  it('reads on after entries that are damaged, large, repeated, or not allowed', async () => {
    await group(ben, cat)
    await say(ben, 'one')
    await world.advance(1000)
    const room = roomOf(ann)
    const inject = (bytes: Uint8Array) => world.hub.inject(room.id, new Uint8Array(randomBytes(16)), bytes)
    for (const { bytes } of [...room.entries]) {
      inject(bytes)
      inject(bytes.map((byte, at) => (at === bytes.length - 3 ? byte ^ 1 : byte)))
      inject(bytes.subarray(0, bytes.length >> 1))
    }
    inject(new Uint8Array(10 << 20))
    for (const kind of ['handshake', 'welcome'] as const)
      inject(encodeEnvelope({ kind, commitment: null, ciphertext: new Uint8Array(1000) }))
    await say(cat, 'two')
    await world.advance(5000)
    expectAll(['one', 'two'])
    expect(namesOf(cat)).toEqual(['Ann', 'Ben', 'Cat'])
  })

  describe('different logs', () => {
    const proofsOf = (members: readonly ChatMember[]) => members.map(({ only }) => only.forkedHeads)

    /** Cat gets another log than Ann and Ben, who have shown nothing of theirs yet. */
    async function fork(): Promise<void> {
      await group(ben, cat)
      world.hub.rehash = (place, { address }) =>
        equalBytes(address.device, deviceOf(cat.own.own).hash)
          ? { ...place, hash: new Uint8Array(32) }
          : place
      await say(ann, 'one')
      await world.advance(120_000)
      expect(cat.texts).toEqual(['one'])
      expect(proofsOf([ann, ben, cat])).toEqual([null, null, null])
    }

    it('are found by one note, and all members keep a proof', async () => {
      await fork()
      await world.until(ann.only.presence.show('typing'))
      await world.advance(1000)
      const room = ann.only.id
      for (const [own, other] of proofsOf([ann, ben, cat]).map(each => each!)) {
        const { hub, hashes, ...rest } = proveEquivocation(own, other)!
        expect([hub, rest.room]).toEqual([world.hub.key.publicKey, room])
        expect(hashes).toContainEqual(new Uint8Array(32))
      }
      expect(cat.problems).toContain('forked-log')
      const before = cat.only.forkedHeads
      await cat.restart()
      expect(cat.only.forkedHeads).toEqual(before)
    })

    it('are found in messages, too', async () => {
      await fork()
      await say(cat, 'three')
      await world.advance(1000)
      for (const each of [ann, ben]) expect(each.problems).toContain('forked-log')
      expect(proofsOf([ann, ben, cat])).not.toContain(null)
    })

    it('are not what a member claims who shows anything else', async () => {
      await group(ben, cat)
      await say(ann, 'one')
      await world.advance(2000)
      const { id, through } = ann.only
      const { exchange } = cat.only.internals
      const key = { key: await exchange.membership!.group!.export('shoal volatile', id, 32), room: id }
      const [hash, now] = [new Uint8Array(32), Math.floor(world.clock.unixMs() / 1000)]
      const { sequence } = through
      const { key: hubKey } = world.hub
      const heads = [
        new Uint8Array(randomBytes(100)),
        new Uint8Array(5000),
        signHead({ room: id, sequence, hash }, KeyPair.generate(), now),
        signHead({ room: hash, sequence, hash }, hubKey, now),
        signHead({ room: id, ...through }, hubKey, now),
        signHead({ room: id, sequence: sequence + 5, hash }, hubKey, now),
      ]
      for (const head of heads) exchange.sendVolatile(sealHead(key, head, new Uint8Array(randomBytes(12))))
      await world.advance(2000)
      expect([ann.problems, ben.problems]).toEqual([[], []])
      expect(proofsOf([ann, ben])).toEqual([null, null])
      // The last kind is one, if the hub has signed it.
      const forged = signHead({ room: id, sequence, hash }, hubKey, now)
      exchange.sendVolatile(sealHead(key, forged, new Uint8Array(randomBytes(12))))
      await world.advance(2000)
      expect(proofsOf([ann, ben])).not.toContain(null)
    })
  })

  it('takes entries in the order of the log, however a hub sends them', async () => {
    world.hub.misbehavior = { repeats: 30, reorders: 50, withholds: 30 }
    await group(ben, cat)
    await world.advance(10_000)
    for (let n = 0; n < 10; n++) await say([ann, ben, cat][n % 3]!, `${n}`)
    await world.advance(60_000)
    expect(ann.texts).toHaveLength(10)
    expectAll(ann.texts)
  })
})
