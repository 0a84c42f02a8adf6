import { hex, latin1 } from '@shoal/torrent/base'
import { beforeEach, describe, expect, it } from 'vitest'
import { type ChatMember, ChatWorld, HOME, text } from '../testing/chat-world.ts'

let world: ChatWorld
let ann: ChatMember
let ben: ChatMember
let cat: ChatMember

const say = async (member: ChatMember, words: string) => (await world.until(member.only.send(text(words))))!
const entriesOf = (member: ChatMember) => world.hub.rooms.get(latin1(member.only.id))!.entries
const sequencesOf = (member: ChatMember) => member.only.messages.map(({ sequence }) => sequence)

beforeEach(async () => {
  world = new ChatWorld(1, 4)
  world.hasLinks = true
  ann = await world.member('Ann')
  ben = await world.member('Ben')
  cat = await world.member('Cat')
  const conversation = await world.until(ann.chat!.createGroup({ home: HOME, name: 'Friends' }))
  await world.until(conversation!.change({ add: [ben.did, cat.did] }))
  await world.advance(3000)
})

function expectAll(texts: readonly string[], members = [ann, ben, cat]): void {
  for (const each of members) expect(each.texts, each.name).toEqual(texts)
}

/** Cat can reach only the hub. */
function partCat(): void {
  for (const each of [ann, ben]) world.part(each, cat)
}

describe('without a hub', () => {
  beforeEach(() => {
    world.hub.isAway = true
  })

  it('messages flow both ways, and are in the log once when it is back, also for those who were not connected', async () => {
    partCat()
    const id = await say(ann, 'one')
    await world.advance(1000)
    await say(ben, 'two')
    await world.advance(1000)
    await world.until(ann.only.send({ kind: 'reaction', to: ann.only.messages[1]!.id, emoji: '👍' }))
    await world.advance(1000)
    expectAll(['one', 'two'], [ann, ben])
    expect([
      cat.texts,
      sequencesOf(ann),
      ann.only.reader.deliveryOf((await ann.only.reader.message(id))!),
    ]).toEqual([[], [null, null], 'received'])
    expect(ben.only.messages[1]!.reactions.get('👍')).toEqual([ann.did])
    const before = entriesOf(ann).length
    world.hub.isAway = false
    await world.advance(30_000)
    expectAll(['one', 'two'])
    expect([
      entriesOf(ann).length - before,
      ann.only.reader.deliveryOf((await ann.only.reader.message(id))!),
    ]).toEqual([3, 'delivered'])
    expect(sequencesOf(ben)).toEqual(sequencesOf(cat))
    expect(sequencesOf(ben)).not.toContain(null)
    for (const each of [ann, ben, cat]) await each.restart()
    expectAll(['one', 'two'])
    // No journal of a forgotten conversation is left.
    const ofRoom = hex(ben.only.id)
    const journals = () => ben.journals.filter(journal => journal.endsWith(ofRoom))
    expect(journals()).toContain(`direct-${ofRoom}`)
    await world.until(ben.chat!.forget(ben.only))
    expect(journals()).toEqual([])
  })

  it('messages pass through a device that is connected to both', async () => {
    world.part(ann, cat)
    await say(ann, 'through Ben')
    await world.advance(2000)
    await say(cat, 'back')
    await world.advance(2000)
    expectAll(['through Ben', 'back'])
  })

  it('a device gets what was said while it was not connected', async () => {
    partCat()
    for (const words of ['one', 'two', 'three']) await say(ann, words)
    await world.advance(2000)
    world.part(ben, cat, false)
    await world.advance(2000)
    expectAll(['one', 'two', 'three'])
  })

  it('changes of the group wait, and are made when the hub is back', async () => {
    const change = ann.only.change({ policy: { ...ann.only.policy!, name: 'Others' } })
    await world.advance(5000)
    await say(ben, 'meanwhile')
    await world.advance(1000)
    expectAll(['meanwhile'])
    expect(ann.only.policy!.name).toBe('Friends')
    world.hub.isAway = false
    await world.until(change)
    await world.advance(15_000)
    expectAll(['meanwhile'])
    for (const each of [ann, ben, cat])
      expect([each.only.policy!.name, each.only.epoch], each.name).toEqual(['Others', ann.only.epoch])
  })

  it('others append the message of a device that does not come back, also after a restart', async () => {
    partCat()
    await say(ann, 'the last words')
    await world.advance(1000)
    ann.kill()
    await ben.restart()
    expect(ben.texts).toEqual(['the last words'])
    world.hub.isAway = false
    await world.advance(30_000)
    expectAll(['the last words'], [ben, cat])
    expect(sequencesOf(ben)).toEqual(sequencesOf(cat))
    await ann.start()
    await world.advance(10_000)
    expectAll(['the last words'])
    expect(sequencesOf(ann)).toEqual(sequencesOf(cat))
  })

  it.each([1, 2, 3, 4].flatMap(writes => [false, true].map(isDurable => ({ writes, isDurable }))))(
    'a message is not lost with a receiver that is killed at write $writes (durable: $isDurable)',
    async ({ writes, isDurable }) => {
      partCat()
      ben.process.crash = { writes, isDurable }
      await say(ann, 'the last words')
      await world.advance(1000)
      ann.kill()
      ben.process.crash = null
      await ben.restart()
      // It has the message if that was durable.
      const { texts } = ben
      world.hub.isAway = false
      await world.advance(30_000)
      expect(cat.texts).toEqual(ben.texts)
      expect(ben.texts).toEqual(expect.arrayContaining([...texts]))
    },
  )

  it('shows typing', async () => {
    await world.until(ben.only.presence.show('typing'))
    await world.advance(1000)
    expect([ann.presences, cat.presences]).toEqual([['Ben typing'], ['Ben typing']])
  })

  it('shows what the hub has signed, which proves that it showed different logs', async () => {
    world.hub.isAway = false
    world.hub.rehash = (place, process) =>
      process === cat.process ? { ...place, hash: new Uint8Array(32) } : place
    await say(ann, 'one')
    await world.advance(120_000)
    world.hub.isAway = true
    await world.until(ann.only.presence.show('typing'))
    await world.advance(1000)
    expect([ann, ben, cat].map(({ only }) => only.forkedHeads?.length)).toEqual([2, 2, 2])
  })

  it('the room of a share is written by contacts who have its link, whoever they are', async () => {
    world.hub.isAway = false
    const link = new Uint8Array(32).fill(9)
    const rooms = []
    for (const each of [ann, ben]) rooms.push((await world.until(each.chat!.joinShareRoom(HOME, link)))!)
    await world.advance(2000)
    world.hub.isAway = true
    await world.until(rooms[0]!.send(text('hello')))
    await world.advance(1000)
    expect(rooms[1]!.messages.map(each => each.text)).toEqual(['hello'])
  })
})

describe('with a hub, too', () => {
  it('each message is there once, and typing is seen once', async () => {
    for (let n = 0; n < 12; n++) {
      await say([ann, ben, cat][n % 3]!, `${n}`)
      await world.advance(200)
    }
    await world.until(ben.only.presence.show('typing'))
    const before = entriesOf(ann).length
    await world.advance(60_000)
    expectAll(ann.texts)
    expect(new Set(ann.texts).size).toBe(12)
    expect(sequencesOf(ann)).toEqual(sequencesOf(cat))
    expect([ann.presences, entriesOf(ann).length]).toEqual([['Ben typing'], before])
  })

  it('a message of somebody who was removed before it came to the log disappears where it was read', async () => {
    for (const each of [ben, cat]) each.process.isCut = true
    await world.until(ann.only.change({ remove: [cat.did] }))
    await say(cat, 'I am still here')
    await world.advance(1000)
    expect(ben.texts).toEqual(['I am still here'])
    ben.process.isCut = false
    await world.advance(30_000)
    await say(ann, 'after')
    await world.advance(1000)
    expectAll(['after'], [ann, ben])
    for (const each of [ann, ben]) await each.restart()
    expectAll(['after'], [ann, ben])
  })

  it('a device that was removed gets nothing more', async () => {
    await world.until(ann.only.change({ remove: [cat.did] }))
    await world.advance(3000)
    world.hub.isAway = true
    await say(ann, 'without Cat')
    await world.advance(5000)
    expectAll(['without Cat'], [ann, ben])
    expect(cat.texts).toEqual([])
  })
})

describe('connects', () => {
  const connected = (member: ChatMember) =>
    member.direct!.connected.map(({ did }) => world.nameOf(did)).sort()

  it('to contacts only, who are not blocked', async () => {
    expect(connected(ann)).toEqual(['Ben', 'Cat'])
    ann.blocked.add(ben.did)
    ann.notice(ben.did)
    await world.advance(3000)
    expect([connected(ann), connected(ben)]).toEqual([['Cat'], ['Cat']])
    world.areStrangers = true
    for (const each of [ann, ben, cat]) each.contacts.add(each === ann ? cat.did : ann.did)
    for (const each of [ann, ben, cat]) each.notice(each.did)
    await world.advance(3000)
    expect([connected(ann), connected(ben), connected(cat)]).toEqual([['Cat'], [], ['Ann']])
  })

  it('to other devices of the same person, but not to those that were removed', async () => {
    world.areStrangers = true
    const tablet = await world.member('Tablet', ann.person)
    await world.advance(3000)
    expect(tablet.direct!.connected.map(({ did }) => did)).toEqual([ann.did])
    ann.person.remove(tablet.own)
    ann.notice(ann.did)
    await world.advance(3000)
    expect(ann.direct!.connected.map(({ did }) => did)).not.toContain(ann.did)
  })
})
