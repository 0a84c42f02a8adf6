import { latin1 } from '@shoal/torrent/base'
import { beforeEach, expect, it } from 'vitest'
import { type ChatMember, ChatWorld, HOME, text } from '../testing/chat-world.ts'
import type { RoomEntry } from './ports.ts'

let world: ChatWorld
let ann: ChatMember
let ben: ChatMember
let cat: ChatMember
let dan: ChatMember
let roomKey: string

beforeEach(async () => {
  world = new ChatWorld(1, 8)
  ann = await world.member('Ann')
  ben = await world.member('Ben')
  cat = await world.member('Cat')
  dan = await world.member('Dan')
  const group = await world.until(ann.chat!.createGroup({ home: HOME, name: 'Friends' }))
  await world.until(group!.change({ add: [ben.did, cat.did, dan.did] }))
  await world.advance(3000)
  roomKey = latin1(ann.only.id)
})

const room = () => world.hub.rooms.get(roomKey)!
const say = async (member: ChatMember, words: string) => {
  await world.until(member.only.send(text(words)))
  await world.advance(1000)
}

it('gives the room another secret after a removal: who was removed sees no entry behind it, and posts none', async () => {
  await say(cat, 'here')
  const before = room().secret!
  const id = ann.only.id
  await world.until(ann.only.change({ remove: [cat.did] }))
  await world.advance(6000)
  expect(room().secret).not.toEqual(before)
  const { through } = room().earlier.at(-1)!
  await say(ann, 'without Cat')
  await say(ben, 'indeed')
  expect([ann.texts, ben.texts]).toEqual([
    ['here', 'without Cat', 'indeed'],
    ['here', 'without Cat', 'indeed'],
  ])

  // A program of Cat's that keeps the secret, and requests everything.
  const seen: RoomEntry[] = []
  const heard: Uint8Array[] = []
  const carrier = world.hub.roomsOf(cat.process).follow(
    {
      ...{ id, name: { creator: ann.did, salt: new Uint8Array(32), kind: 'group' }, home: HOME },
      ...{ accessSecrets: [before], creates: false, after: { sequence: 0, hash: id } },
    },
    {
      entries: async entries => void seen.push(...entries),
      trimmed: () => {},
      volatile: bytes => heard.push(bytes),
      problem: () => {},
    },
  )
  const count = room().entries.length
  carrier.append(new Uint8Array(16), new Uint8Array(1)).catch(() => {})
  await world.until(ben.only.presence.show('typing'))
  await world.advance(10_000)
  expect(Math.max(...seen.map(({ place }) => place!.sequence))).toBe(through)
  expect([room().entries.length, heard, ann.presences]).toEqual([count, [], ['Ben typing']])
  carrier.close()
})

it('lets members in who were away during removals, also those who only now read that they were removed', async () => {
  for (const each of [ben, dan]) each.kill()
  await world.until(ann.only.change({ remove: [cat.did] }))
  await world.advance(6000)
  await say(ann, 'one')
  await world.until(ann.only.change({ remove: [dan.did] }))
  await world.advance(6000)
  await say(ann, 'two')
  expect(room().earlier).toHaveLength(2)
  await ben.start()
  await dan.start()
  await world.advance(3000)
  await say(ben, 'back')
  expect([ann.texts, ben.texts]).toEqual([
    ['one', 'two', 'back'],
    ['one', 'two', 'back'],
  ])
  expect([dan.only.state, dan.texts]).toEqual(['left', ['one']])
})

it('is given to the hub by another member if the one who removed is killed', async () => {
  const before = room().secret!
  void ann.only.change({ remove: [cat.did] }).catch(() => {})
  const { length } = room().entries
  await world.until(new Promise(() => {}), () => room().entries.length > length)
  ann.kill()
  await world.advance(10_000)
  expect(room().secret).not.toEqual(before)
  await say(ben, 'without Cat')
  await ann.start()
  await world.advance(3000)
  expect([ann.texts, dan.texts]).toEqual([['without Cat'], ['without Cat']])
  // It is in the key journal: the next start does not need the earlier one.
  await dan.restart()
  await say(dan, 'again')
  expect(ann.texts).toEqual(['without Cat', 'again'])
})

it('lets somebody join who was invited with a secret that was replaced meanwhile', async () => {
  const eve = await world.member('Eve')
  const frank = await world.member('Frank')
  await world.until(ann.only.change({ policy: { ...ann.only.policy!, admins: [ann.did, ben.did] } }))
  await world.advance(3000)
  for (const each of [eve, frank]) each.process.isCut = true
  const changes = Promise.all([
    ann.only.change({ add: [eve.did], remove: [cat.did] }),
    ben.only.change({ add: [frank.did], remove: [dan.did] }),
  ])
  await world.until(changes)
  await world.advance(6000)
  for (const each of [eve, frank]) each.process.isCut = false
  await world.advance(10_000)
  await say(eve, 'from Eve')
  await say(frank, 'from Frank')
  for (const each of [ann, ben, eve, frank])
    expect([each.name, each.only.state, each.texts]).toEqual([
      ...[each.name, 'member', ['from Eve', 'from Frank']],
    ])
})
