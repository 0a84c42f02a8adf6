import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type ChatMember, ChatWorld, HOME, text } from '../testing/chat-world.ts'

const DAY_MS = 86_400_000
let world: ChatWorld
let ann: ChatMember
let ben: ChatMember
let tablet: ChatMember
let cat: ChatMember

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  world = new ChatWorld(1, 4)
  ann = await world.member('Ann')
  ben = await world.member('Ben')
  tablet = await world.member('Tablet', ben.person)
  cat = await world.member('Cat')
  const group = await world.until(ann.chat!.createGroup({ home: HOME, name: 'Friends' }))
  await world.until(group!.change({ add: [ben.did, cat.did] }))
  await world.advance(3000)
})

afterEach(() => {
  vi.useRealTimers()
})

const namesOf = (member: ChatMember) => member.only.members.map(({ device }) => device.name).sort()
const days = async (count: number) => {
  await world.advance(count * DAY_MS)
  // The library compares added key packages with the system clock.
  vi.setSystemTime(world.clock.unixMs())
}
const say = async (member: ChatMember, words: string) => {
  await world.until(member.only.send(text(words)))
  await world.advance(1000)
}

it('renews the leaf of each device every week, not all on one day', async () => {
  const epochs = [ann.only.epoch]
  for (let day = 0; day < 18; day++) {
    await days(1)
    epochs.push(ann.only.epoch)
  }
  const perDay = epochs.slice(1).map((epoch, at) => Number(epoch - epochs[at]!))
  const count = perDay.reduce((sum, each) => sum + each)
  // Two or three times for each of four devices.
  expect(count).toBeGreaterThanOrEqual(8)
  expect(count).toBeLessThanOrEqual(12)
  expect(Math.max(...perDay)).toBeLessThan(4)
  await say(cat, 'all in step')
  for (const each of [ann, ben, tablet, cat])
    expect([each.only.epoch, each.texts]).toEqual([ann.only.epoch, ['all in step']])
  // The due time of the next one is stored.
  const before = ann.only.epoch
  for (const each of [ann, ben, tablet, cat]) await each.restart()
  await world.advance(3_600_000)
  expect(Number(ann.only.epoch - before)).toBeLessThan(2)
})

it('removes devices that are silent for 60 days, and takes them back when they ask', async () => {
  for (const each of [tablet, cat]) each.kill()
  await days(59)
  expect(namesOf(ann)).toEqual(['Ann', 'Ben', 'Cat', 'Tablet'])
  await days(4)
  expect([namesOf(ann), namesOf(ben)]).toEqual([
    ['Ann', 'Ben'],
    ['Ann', 'Ben'],
  ])
  await say(ann, 'while they were away')
  await days(10)
  // Ben's device does not add a silent one.
  expect(namesOf(ann)).toEqual(['Ann', 'Ben'])
  await tablet.start()
  await cat.start()
  await world.advance(60_000)
  expect(namesOf(ann)).toEqual(['Ann', 'Ben', 'Cat', 'Tablet'])
  await say(cat, 'back')
  await say(tablet, 'me too')
  for (const each of [ann, ben]) expect(each.texts).toEqual(['while they were away', 'back', 'me too'])
  for (const each of [tablet, cat]) expect(each.texts).toEqual(['back', 'me too'])
})

it('does not take back who was removed by a person', async () => {
  cat.kill()
  await days(50)
  await world.until(ann.only.change({ remove: [cat.did] }))
  await days(20)
  await cat.start()
  await world.advance(60_000)
  expect([namesOf(ann), cat.only.state]).toEqual([['Ann', 'Ben', 'Tablet'], 'left'])
})

it('removes nobody because the admin was away', async () => {
  ann.kill()
  await days(70)
  await say(ben, 'still here')
  await ann.start()
  await days(9)
  expect(namesOf(ann)).toEqual(['Ann', 'Ben', 'Cat', 'Tablet'])
  expect(ann.texts).toEqual(['still here'])
})
