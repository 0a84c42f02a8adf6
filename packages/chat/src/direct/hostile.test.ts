/** Tests against devices that break the protocol, or impersonate others. */
import { randomBytes } from 'node:crypto'
import { type Cbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { concat, latin1 } from '@shoal/torrent/base'
import { beforeEach, describe, expect, it } from 'vitest'
import { encodeEnvelope } from '../envelope/envelope.ts'
import { type ChatMember, ChatWorld, HOME, text } from '../testing/chat-world.ts'
import { memoryChannels } from '../testing/memory-channels.ts'
import { decodeFrame, encodeFrame, type Frame, framesOf, packFrame } from './frames.ts'
import { type DirectChannel, type DirectSession, openSession } from './session.ts'

let world: ChatWorld
let ann: ChatMember
let ben: ChatMember
let eve: ChatMember

const random = (length: number) => new Uint8Array(randomBytes(length))
const anybody = () => true

function frameOf(members: Cbor): Uint8Array {
  const encoded = encodeCbor(members)
  return concat([Uint8Array.of(0, 0, encoded.length >> 8, encoded.length & 0xff), encoded])
}

beforeEach(async () => {
  world = new ChatWorld(1, 4)
  world.hasLinks = true
  ann = await world.member('Ann')
  ben = await world.member('Ben')
  eve = world.absent('Eve')
  const conversation = await world.until(ann.chat!.createGroup({ home: HOME, name: 'Friends' }))
  await world.until(conversation!.change({ add: [ben.did] }))
  await world.advance(3000)
  ben.kill()
})

/**
 * Connects to Ann manually. `outcome` resolves with the code of the error that ends it, or with
 * null.
 */
function connect(): { readonly channel: DirectChannel; readonly outcome: Promise<string | null> } {
  const { ends } = memoryChannels(world.clock, world.random)
  const outcome = ann.direct!.connect(ends[0]).then(
    () => null,
    ({ code }) => code as string,
  )
  return { channel: ends[1], outcome }
}

async function session(as = ben): Promise<{
  readonly channel: DirectChannel
  readonly session: DirectSession
  readonly outcome: Promise<string | null>
  readonly seen: (Frame | null)[]
}> {
  const { channel, outcome } = connect()
  const opened = (await world.until(openSession(channel, as.own.own, anybody, world.random)))!
  const seen: (Frame | null)[] = []
  void (async () => {
    for await (const { frame } of opened.frames) seen.push(frame)
  })().catch(() => {})
  await world.advance(500)
  return { channel, session: opened, outcome, seen }
}

/** Enters Ann's only room as Ben's device. */
async function enter() {
  const entered = await session()
  const tokens = entered.session.tokensOf(salt())
  await entered.session.send({ kind: 'rooms', tokens: [tokens.own] })
  await world.advance(500)
  return { ...entered, token: tokens.own, other: tokens.other }
}

/** Members know the salt of their room. */
const salt = () => world.hub.names.get(latin1(ann.only.id))!.salt
const outcomeOf = (outcome: Promise<string | null>) => world.until(outcome)

describe('the beginning', () => {
  it('refuses what is not a frame, too long, or of another version', async () => {
    for (const [bytes, code] of [
      [random(100).fill(0xff), 'bad-message'],
      [Uint8Array.of(0, 0, 0, 0, 1), 'bad-message'],
      [Uint8Array.of(0, 0, 0, 2, 0x81, 0x18), 'bad-message'],
      [frameOf([0, 2, random(32), random(10)]), 'bad-message'],
      [frameOf([0, 1, random(32), random(10)]), 'bad-credential'],
      [frameOf([2, []]), 'bad-message'],
      [frameOf([99]), 'bad-message'],
    ] as const) {
      const { channel, outcome } = connect()
      await channel.send(bytes)
      expect(await outcomeOf(outcome), String(bytes.subarray(0, 8))).toBe(code)
    }
  })

  it('ends when the other end is silent, or closes', async () => {
    const silent = connect()
    const closing = connect()
    closing.channel.close()
    expect(await outcomeOf(closing.outcome)).toBe('closed')
    await world.advance(30_000)
    expect(await outcomeOf(silent.outcome)).toBe('closed')
    expect(ann.direct!.connected).toEqual([])
  })

  it('refuses strangers, its own device, and a device that shows the credential of another', async () => {
    world.areStrangers = true
    ann.contacts.add(ben.did)
    for (const [own, code] of [
      [eve.own.own, 'not-allowed'],
      [ann.own.own, 'not-allowed'],
      [{ ...eve.own.own, credential: ben.own.own.credential }, 'bad-message'],
    ] as const) {
      const { channel, outcome } = connect()
      openSession(channel, own, anybody, world.random).catch(() => {})
      expect(await outcomeOf(outcome)).toBe(code)
    }
  })

  it('takes the list that the device of a contact shows if none is known, and none of a stranger', async () => {
    world.unlisted.add(ben.did)
    await session()
    expect(ann.direct!.connected.map(({ did }) => did)).toEqual([ben.did])
    world.areStrangers = true
    const { channel, outcome } = connect()
    openSession(channel, ben.own.own, anybody, world.random).catch(() => {})
    expect(await outcomeOf(outcome)).toBe('not-allowed')
  })

  it('refuses proofs that somebody between two channels passes on, and frames that come back', async () => {
    await ben.start()
    world.part(ann, ben)
    const channels = [memoryChannels(world.clock, world.random), memoryChannels(world.clock, world.random)]
    const [one, other] = channels.map(({ ends }) => ends[1])
    void (async () => {
      for await (const chunk of one!.chunks) await other!.send(chunk)
    })().catch(() => {})
    void (async () => {
      for await (const chunk of other!.chunks) await one!.send(chunk)
    })().catch(() => {})
    const outcomes = [ann, ben].map((member, at) =>
      member.direct!.connect({ ...channels[at]!.ends[0], isInitiator: at === 0 }).then(
        () => null,
        ({ code }) => code,
      ),
    )
    expect(await world.until(Promise.race(outcomes))).toBe('bad-message')
    const mirror = connect()
    void (async () => {
      for await (const chunk of mirror.channel.chunks) await mirror.channel.send(chunk)
    })().catch(() => {})
    expect(await outcomeOf(mirror.outcome)).toBe('bad-message')
  })

  it('happens once', async () => {
    const { session: opened, outcome } = await session()
    await opened.send({ kind: 'proof', signature: random(64) })
    expect(await outcomeOf(outcome)).toBe('bad-message')
  })
})

describe('rooms', () => {
  it('are named to members only, and their number is hidden', async () => {
    const eves = await session(eve)
    const [first] = eves.seen
    if (first?.kind !== 'rooms') throw new Error('It names no rooms')
    expect(first.tokens).toHaveLength(8)
    const { other } = eves.session.tokensOf(salt())
    expect(first.tokens.map(latin1)).not.toContain(latin1(other))
    const bens = await session(ben)
    const [named] = bens.seen
    if (named?.kind !== 'rooms') throw new Error('It names no rooms')
    expect(named.tokens).toHaveLength(8)
    expect(named.tokens.map(latin1)).toContain(latin1(bens.session.tokensOf(salt()).other))
    for (const token of named.tokens) expect(first.tokens.map(latin1)).not.toContain(latin1(token))
  })

  it('say nothing to a device that only repeats the tokens that it got', async () => {
    world.hub.isAway = true
    const { session: opened, seen } = await session()
    const [named] = seen
    if (named?.kind !== 'rooms') throw new Error('It names no rooms')
    await opened.send({ kind: 'rooms', tokens: named.tokens })
    await world.until(ann.only.send(text('secret')))
    await world.advance(3000)
    expect(seen).toHaveLength(1)
  })

  it('ignore junk, and pass none of it on', async () => {
    const { session: opened, token, seen } = await enter()
    const before = world.hub.rooms.get(latin1(ann.only.id))!.entries.length
    const junk = encodeEnvelope({ kind: 'message', commitment: random(32), ciphertext: random(500) })
    const handshake = encodeEnvelope({ kind: 'handshake', commitment: null, ciphertext: random(500) })
    for (const bytes of [junk, handshake, random(300), junk.subarray(0, 60)])
      await opened.send({ kind: 'entry', token, clientId: random(16), bytes })
    await opened.send({ kind: 'entry', token: random(16), clientId: random(16), bytes: junk })
    await opened.send({ kind: 'want', token, ids: [random(16)] })
    await opened.send({ kind: 'got', token, ids: [random(16)] })
    await opened.send({ kind: 'volatile', token, bytes: random(100) })
    const unknown = await world.until(ann.only.send(text('still here')))
    await world.advance(60_000)
    expect(seen.filter(frame => frame?.kind === 'got' || frame?.kind === 'want')).toEqual([])
    expect(world.hub.rooms.get(latin1(ann.only.id))!.entries.length - before).toBe(1)
    expect(ann.texts).toEqual(['still here'])
    expect(seen).toContainEqual(expect.objectContaining({ kind: 'entry', clientId: unknown }))
  })

  it('do not let a member replace a message, or the same entry come twice', async () => {
    await ben.start()
    await world.advance(2000)
    const id = (await world.until(ann.only.send(text('mine'))))!
    await world.advance(2000)
    world.hub.isAway = true
    const bens = (await world.until(ben.only.send(text('his'))))!
    await world.advance(2000)
    expect(ann.texts).toEqual(['mine', 'his'])
    ben.kill()
    const { session: opened, token, seen } = await enter()
    await opened.send({ kind: 'want', token, ids: [bens] })
    await world.advance(1000)
    const entry = seen.find(frame => frame?.kind === 'entry')
    if (entry?.kind !== 'entry') throw new Error('Ann did not pass it on')
    for (const clientId of [bens, id, random(16)]) await opened.send({ ...entry, token, clientId })
    await world.advance(2000)
    expect(ann.texts).toEqual(['mine', 'his'])
    await ann.restart()
    expect(ann.texts).toEqual(['mine', 'his'])
  })

  it('show the same to all when a member puts other bytes under the id of a message first', async () => {
    const cat = await world.member('Cat')
    await world.until(ann.only.change({ add: [cat.did] }))
    await ben.start()
    await world.advance(3000)
    // Cat is not connected to anyone.
    for (const each of [ann, ben]) world.part(each, cat)
    world.hub.isAway = true
    const ids = []
    for (const words of ['one', 'two']) ids.push((await world.until(ann.only.send(text(words))))!)
    await world.advance(2000)
    expect(ben.texts).toEqual(['one', 'two'])
    const report = (await ben.only.reader.report(ids[0]!))!
    const { id } = ann.only
    const ciphertext = random(500)
    world.hub.inject(
      id,
      ids[0]!,
      encodeEnvelope({ kind: 'message', commitment: report.commitment, ciphertext }),
    )
    world.hub.inject(id, ids[1]!, encodeEnvelope({ kind: 'message', commitment: random(32), ciphertext }))
    world.hub.isAway = false
    await world.advance(30_000)
    // The author wrote the first one again, knowing that the second one was lost.
    expect([ben.texts, cat.texts]).toEqual([['one'], ['one']])
    expect(ann.only.messages.map(each => ann.only.reader.deliveryOf(each))).toEqual(['delivered', 'failed'])
    expect(ann.problems).toContain('displaced')
    for (const each of [ann, ben, cat]) await each.restart()
    expect([ann.texts, ben.texts, cat.texts]).toEqual([['one', 'two'], ['one'], ['one']])
  })

  it('take a flood at a bounded rate', async () => {
    const { channel, token } = await enter()
    const bytes = encodeEnvelope({ kind: 'message', commitment: random(32), ciphertext: random(100) })
    const entry = { kind: 'entry', token, bytes } as const
    const flood = Array.from({ length: 4000 }, () => packFrame({ ...entry, clientId: random(16) }))
    const before = ann.problems.length
    await channel.send(concat(flood))
    await world.advance(1000)
    const burst = ann.problems.length - before
    expect(burst).toBeGreaterThan(1000)
    expect(burst).toBeLessThan(2300)
    await world.advance(1000)
    expect(ann.problems.length - before - burst).toBeLessThan(150)
    await world.until(ann.only.send(text('here')))
    expect(ann.texts).toEqual(['here'])
  })
})

describe('frames', () => {
  const frames: readonly Frame[] = [
    { kind: 'hello', nonce: random(32), credential: random(500) },
    { kind: 'proof', signature: random(64) },
    { kind: 'rooms', tokens: [random(16), random(16)] },
    { kind: 'have', token: random(16), ids: [] },
    { kind: 'want', token: random(16), ids: [random(16)] },
    { kind: 'got', token: random(16), ids: [random(16), random(16)] },
    { kind: 'entry', token: random(16), clientId: random(16), bytes: random(65_536) },
    { kind: 'volatile', token: random(16), bytes: random(2048) },
  ]

  it('are read as they were written, however the stream is cut', async () => {
    for (const size of [1, 2, 3, 5, 100, 70_000]) {
      const all = concat(frames.map(packFrame))
      const pieces = (async function* () {
        for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
      })()
      const read = []
      for await (const bytes of framesOf(pieces)) read.push(decodeFrame(bytes))
      expect(read).toEqual(frames)
    }
  })

  it('have limits', () => {
    const most = Array.from({ length: 257 }, () => random(16))
    for (const frame of [
      { kind: 'have', token: random(16), ids: most },
      { kind: 'want', token: random(15), ids: [] },
      { kind: 'rooms', tokens: Array.from({ length: 1025 }, () => random(16)) },
      { kind: 'entry', token: random(16), clientId: random(16), bytes: random(65_537) },
      { kind: 'entry', token: random(16), clientId: random(16), bytes: random(0) },
      { kind: 'volatile', token: random(16), bytes: random(2049) },
    ] as const)
      expect(() => decodeFrame(encodeFrame(frame))).toThrow(expect.objectContaining({ code: 'bad-message' }))
    expect(decodeFrame(encodeCbor([200, 'something new']))).toBeNull()
  })
})
