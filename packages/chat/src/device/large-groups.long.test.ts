/**
 * Groups whose changes and welcomes do not fit into an entry of a log, and hubs and inboxes that
 * refuse what a change needs.
 */
import { latin1 } from '@shoal/torrent/base'
import { beforeEach, describe, expect, it } from 'vitest'
import { encodeEnvelope, kindOf } from '../envelope/envelope.ts'
import { type ChatMember, ChatWorld, HOME } from '../testing/chat-world.ts'
import { deviceOf, TestPerson } from '../testing/members.ts'

let world: ChatWorld
let ann: ChatMember
let ben: ChatMember

beforeEach(async () => {
  world = new ChatWorld(1, 4)
  ann = await world.member('Ann')
  ben = await world.member('Ben')
})

/** Persons who are never online. */
async function absent(count: number): Promise<readonly string[]> {
  const dids = []
  for (let at = 0; at < count; at++) {
    const person = new TestPerson()
    world.persons.push(person)
    const device = person.device(`Device ${at}`)
    await device.keyPackage()
    const { hash } = deviceOf(device.own)
    world.hub.keys.set(latin1(hash), { oneTime: [...device.keyPackages], lastResort: null })
    dids.push(person.did)
  }
  return dids
}
const begin = async () => (await world.until(ann.chat!.createGroup({ home: HOME, name: 'Everybody' })))!
const rename = (member: ChatMember, name: string) =>
  world.until(member.only.change({ policy: { ...member.only.policy!, name } }))
const say = (member: ChatMember, text: string) =>
  world.until(member.only.send({ kind: 'text', text, replyTo: null, mentions: [], files: [] }))
const entriesOf = (member: ChatMember) => world.hub.rooms.get(latin1(member.only.id))!.entries
const keyOf = (member: ChatMember) => latin1(deviceOf(member.own.own).hash)

describe('a group whose changes are larger than an entry', () => {
  const SIZE = 120

  async function large() {
    const group = await begin()
    await world.until(group.change({ add: [ben.did, ...(await absent(SIZE - 2))] }))
    await world.advance(5000)
    return group
  }

  it('comes together by one commit in parts, also if a member is killed at each write', async () => {
    ben.process.crash = { writes: 7, isDurable: true }
    await large()
    if (!ben.process.isAlive) await ben.restart()
    await world.advance(5000)
    expect(entriesOf(ann).filter(({ bytes }) => kindOf(bytes) === 'parts')).toHaveLength(1)
    expect([ann.only.epoch, ben.only.epoch, ben.only.members.length]).toEqual([1n, 1n, SIZE])
    // Each leaf is alone in its subtree: a path is encrypted for each.
    const cat = await world.member('Cat')
    await world.until(ann.only.change({ add: [cat.did], remove: [ann.only.members[5]!.did] }))
    await world.advance(5000)
    expect([ann, ben, cat].map(({ only }) => only.members.length)).toEqual([SIZE, SIZE, SIZE])
    for (const writes of [2, 4]) {
      ben.process.crash = { writes, isDurable: writes % 2 === 0 }
      await world.until(ann.only.change({ add: await absent(SIZE) }))
      await world.advance(3000)
      await ben.restart()
      await world.advance(3000)
      expect(ben.only.epoch).toBe(ann.only.epoch)
    }
    await say(ann, 'all here')
    await world.advance(3000)
    expect([ben.texts, cat.texts, ben.problems, cat.problems]).toEqual([['all here'], ['all here'], [], []])
  })

  it('counts a change only if all of its parts came in its epoch, and reads on', async () => {
    const group = await begin()
    await world.until(
      group.change({ add: [ben.did], policy: { ...group.policy!, admins: [ann.did, ben.did] } }),
    )
    await world.advance(3000)
    world.hub.refuse = (_id, bytes) => (kindOf(bytes) === 'parts' ? 'Not now.' : null)
    const adding = group.change({ add: await absent(SIZE) })
    await expect(world.until(adding)).rejects.toMatchObject({ code: 'refused' })
    const parts = () => entriesOf(ann).filter(({ bytes }) => kindOf(bytes) === 'part').length
    const first = parts()
    await rename(ben, 'Harbour')
    world.hub.refuse = null
    const cat = await world.member('Cat')
    await world.advance(20_000)
    expect([first > 0, parts()]).toEqual([true, 2 * first])
    expect([ann, ben].map(({ only }) => only.members.length)).toEqual([SIZE + 2, SIZE + 2])
    world.hub.inject(
      group.id,
      world.random.bytes(16),
      encodeEnvelope({ kind: 'parts', commitment: null, ciphertext: world.random.bytes(64) }),
    )
    world.hub.inject(
      group.id,
      world.random.bytes(16),
      encodeEnvelope({ kind: 'part', commitment: null, ciphertext: world.random.bytes(60_001) }),
    )
    await world.until(group.change({ add: [cat.did] }))
    await world.advance(5000)
    await say(cat, 'here')
    await world.advance(2000)
    expect(ben.texts).toEqual(['here'])
  })
})

describe('a change that the hub refuses', () => {
  it('fails for whoever waits, is sent again with the same bytes, and counts once the hub takes it', async () => {
    const group = await begin()
    await world.until(group.change({ add: [ben.did] }))
    await world.advance(3000)
    const refused: string[] = []
    world.hub.refuse = (id, bytes) => {
      if (kindOf(bytes) === 'handshake') refused.push(`${latin1(id)} ${latin1(bytes)}`)
      return 'No.'
    }
    await expect(rename(ann, 'Harbour')).rejects.toMatchObject({ code: 'refused' })
    await world.advance(60_000)
    expect(ann.problems).toEqual(['refused'])
    expect([refused.length > 2, new Set(refused).size]).toEqual([true, 1])
    world.hub.refuse = null
    await world.advance(200_000)
    expect(ben.only.policy!.name).toBe('Harbour')
  })

  it('gives way to the commit of another member', async () => {
    const group = await begin()
    await world.until(group.change({ add: [ben.did] }))
    await world.until(group.change({ policy: { ...group.policy!, admins: [ann.did, ben.did] } }))
    await world.advance(3000)
    const cat = await world.member('Cat')
    let isFirst = true
    world.hub.refuse = () => (isFirst ? 'No.' : null)
    await expect(world.until(group.change({ add: [cat.did] }))).rejects.toMatchObject({ code: 'refused' })
    isFirst = false
    await rename(ben, 'Harbour')
    await world.advance(10_000)
    expect([ann.only.policy!.name, ann.only.members.length, cat.only.policy!.name]).toEqual([
      'Harbour',
      3,
      'Harbour',
    ])
  })
})

describe('an invitation that does not arrive', () => {
  it('is named, keeps nobody from other changes, and arrives once there is room, also after a restart', async () => {
    const cat = await world.member('Cat')
    world.hub.full.add(keyOf(cat))
    const group = await begin()
    await world.until(group.change({ add: [ben.did, cat.did] }))
    await world.advance(61_000)
    expect(ann.problems).toEqual(['not-invited'])
    await rename(ann, 'Harbour')
    await world.until(ann.only.change({ add: [(await world.member('Dan')).did] }))
    await ann.restart()
    await world.advance(3000)
    expect([ben.only.policy!.name, cat.chat!.conversations]).toEqual(['Harbour', []])
    world.hub.full.clear()
    await world.advance(3000)
    expect(cat.only.policy!.name).toBe('Harbour')
    await say(cat, 'here')
    await world.advance(2000)
    expect(ben.texts).toEqual(['here'])
  })

  it('is named if it never will', async () => {
    const cat = await world.member('Cat')
    world.hub.gone.add(keyOf(cat))
    const group = await begin()
    await world.until(group.change({ add: [ben.did, cat.did] }))
    await world.advance(3000)
    expect(ann.problems).toEqual(['not-invited'])
    await rename(ann, 'Harbour')
    await world.advance(3000)
    expect(ben.only.policy!.name).toBe('Harbour')
  })
})
