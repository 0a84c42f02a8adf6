import { SignaledPeers } from '@shoal/network/signaled-peers'
import { MemoryRtc } from '@shoal/torrent/testing'
import { beforeEach, expect, it } from 'vitest'
import { type ChatMember, ChatWorld, HOME, text } from '../testing/chat-world.ts'
import { deviceOf } from '../testing/members.ts'
import { DirectSignals } from './direct-signals.ts'
import { decodeSignal } from './signal.ts'
import { SignaledDevices } from './signaled-devices.ts'

let world: ChatWorld
let rtc: MemoryRtc
let ann: ChatMember
let ben: ChatMember
let cat: ChatMember

const connected = (member: ChatMember) => member.direct!.connected.map(({ did }) => world.nameOf(did)).sort()
/** Signals that reached members. */
let heard: string[]
/** STUN servers of the hub. */
let stun: readonly string[] | null

/** Lets a device connect by signals. Returns a function that stops it. */
function signals(member: ChatMember): () => void {
  const { clock, random } = world
  const config = () => ({ iceServers: devices.iceServers })
  const peers = new SignaledPeers({ clock, random, openRtc: async () => rtc.host(member.name), config })
  const { own } = member.own
  const signals = new DirectSignals({
    ...{ rooms: member.direct!, device: own, own: deviceOf(own).hash, clock, random },
    stun: () => stun,
    tell: news => devices.receive(news),
  })
  const devices = new SignaledDevices({
    ...{ peers, rooms: member.direct!, clock, random },
    send: order => signals.send(order),
  })
  member.listener = {
    ...{ changed: () => signals.changed() },
    signal: (from, bytes) => {
      heard.push(`${world.nameOf(from.did)} ${decodeSignal(bytes).kind} ${member.name}`)
      signals.received(from, bytes)
    },
  }
  signals.start(member.chat!)
  return () => {
    signals.close()
    devices.close()
  }
}

beforeEach(async () => {
  heard = []
  stun = ['stun:hub.example:6969']
  world = new ChatWorld(1, 4)
  rtc = new MemoryRtc(world.clock)
  world.hasLinks = true
  world.areStrangers = true
  ann = await world.member('Ann')
  ben = await world.member('Ben')
  cat = await world.member('Cat')
  // Only signals connect them.
  for (const [one, other] of [
    [ann, ben],
    [ann, cat],
    [ben, cat],
  ] as const)
    world.part(one, other)
  const conversation = await world.until(ann.chat!.createGroup({ home: HOME, name: 'Friends' }))
  await world.until(conversation!.change({ add: [ben.did, cat.did] }))
  await world.advance(3000)
  ann.contacts.add(ben.did)
  ben.contacts.add(ann.did)
  for (const each of [ben, cat]) await world.until(each.only.accept())
})

it('contacts connect, talk while their hub is away, and connect again', async () => {
  const [, end] = [ann, ben, cat].map(signals)
  await world.advance(10_000)
  expect([connected(ann), connected(ben), connected(cat)]).toEqual([['Ben'], ['Ann'], []])
  // Cat has received no offer.
  expect(heard.filter(each => each.includes('Cat'))).toEqual([])
  expect(heard.filter(each => each.includes('offer'))).toHaveLength(1)
  expect(new Set(rtc.configs.flatMap(({ iceServers }) => iceServers.map(({ urls }) => urls)))).toEqual(
    new Set(['stun:hub.example:6969']),
  )
  world.hub.isAway = true
  const sending = ann.only.send(text('hello'))
  await world.advance(2000)
  expect([ben.texts, cat.texts]).toEqual([['hello'], []])
  world.hub.isAway = false
  await world.until(sending)
  await world.advance(20_000)
  expect([ann.texts, ben.texts, cat.texts]).toEqual([['hello'], ['hello'], ['hello']])

  end!()
  await ben.restart()
  signals(ben)
  await world.advance(20_000)
  expect([connected(ann), connected(ben)]).toEqual([['Ben'], ['Ann']])
})

it('nothing is offered before a hub is connected', async () => {
  stun = null
  const all = [ann, ben].map(member => ({ member, end: signals(member) }))
  await world.advance(60_000)
  expect([rtc.open, heard]).toEqual([0, []])
  stun = []
  for (const { member } of all) member.listener!.changed!(member.only)
  await world.advance(10_000)
  expect([connected(ann), connected(ben)]).toEqual([['Ben'], ['Ann']])
})

it('a device that is away has one offer in its inbox, and connects when it is back', async () => {
  ben.kill()
  const end = signals(ann)
  await world.advance(30 * 60_000)
  await ben.start()
  signals(ben)
  await world.advance(20_000)
  expect(heard.filter(each => each.startsWith('Ann') && each.endsWith('Ben')).length).toBeLessThan(4)
  expect([connected(ann), connected(ben)]).toEqual([['Ben'], ['Ann']])
  end()
  await world.advance(2000)
  expect([connected(ann), connected(ben), rtc.open]).toEqual([[], [], 0])
})

it('devices of those who are not contacts any more are not connected', async () => {
  for (const each of [ann, ben]) signals(each)
  await world.advance(10_000)
  ann.contacts.delete(ben.did)
  ann.notice(ben.did)
  await world.advance(60_000)
  expect([connected(ann), connected(ben)]).toEqual([[], []])
})
