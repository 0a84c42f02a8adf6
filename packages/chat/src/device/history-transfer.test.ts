import { latin1 } from '@shoal/torrent/base'
import { beforeEach, expect, it } from 'vitest'
import { type ChatMember, ChatWorld, HOME } from '../testing/chat-world.ts'
import type { RoomEntry } from './ports.ts'

let world: ChatWorld
let ann: ChatMember
let ben: ChatMember

beforeEach(async () => {
  world = new ChatWorld(1, 4)
  ann = await world.member('Ann')
  ben = await world.member('Ben')
  const group = await world.until(ann.chat!.createGroup({ home: HOME, name: 'Friends' }))
  await world.until(group!.change({ add: [ben.did] }))
  await world.advance(3000)
})

const say = async (member: ChatMember, text: string) => {
  const id = await world.until(
    member.only.send({ kind: 'text', text, replyTo: null, mentions: [], files: [] }),
  )
  await world.advance(1000)
  return id!
}
const isTransfer = (room: string) => world.hub.names.get(room)?.kind === 'transfer'
/** Resolves once it is at the hub. */
const give = (member: ChatMember, code: string) =>
  world.until(member.chat!.transfer.give(code, HOME).then(({ done }) => done))
const linesOf = async (member: ChatMember) => {
  const lines: string[] = []
  for await (const line of member.chat!.histories.lines()) lines.push(line)
  return lines
}

it('comes to a new device that shows its code to an older one, and to nobody else', async () => {
  const long = 'a long text '.repeat(2000)
  const texts = ['before', long, 'hello, Ann']
  await say(ann, texts[0]!)
  await say(ann, texts[1]!)
  await say(ben, texts[2]!)
  await world.until(ben.only.markRead(ben.only.messages[1]!.id))
  const secret = new Uint8Array(32).fill(5)
  const room = (await world.until(ben.chat!.joinShareRoom(HOME, secret)))!
  await world.until(room.send({ kind: 'text', text: 'in the room', replyTo: null, mentions: [], files: [] }))
  await world.advance(1000)

  const tablet = await world.member('Tablet', ben.person)
  ben.notice(ben.did)
  await world.advance(5000)
  expect(tablet.texts).toEqual([])
  const code = tablet.chat!.transfer.ask()
  const carried: RoomEntry[] = []
  let isSeen = false
  world.hub.seen = (name, entry) => {
    if (name.kind === 'transfer') carried.push(entry)
  }
  tablet.listener.transferred = ({ state }) => {
    isSeen ||= state === 'running'
  }
  await give(ben, ` ${code}\n`)
  await world.advance(10_000)
  const [group, share] = tablet.chat!.conversations
  expect(group!.messages.map(({ text }) => text)).toEqual(texts)
  expect(group!.messages.map(({ sender }) => sender)).toEqual([ann.did, ann.did, ben.did])
  expect(group!.unread.messages).toBe(0)
  expect([share!.kind, share!.messages.map(({ text }) => text)]).toEqual(['share', ['in the room']])
  expect(isSeen).toBe(true)
  const done = { state: 'done', messages: 4, total: 4, error: null }
  expect(tablet.chat!.transfer.progress).toEqual({ ...done, direction: 'here', added: 4 })
  expect(ben.chat!.transfer.progress).toEqual({ ...done, direction: 'away', added: 0 })
  await tablet.restart()
  expect(tablet.chat!.conversations[0]!.messages.map(({ text }) => text)).toEqual(texts)
  // Messages received this way can be reported like others.
  const report = await tablet.chat!.conversations[0]!.reader.report(group!.messages[0]!.id)
  expect((await ann.chat!.verifyReport(report!.text)).sender.did).toBe(ann.did)

  // The hub had only opaque bytes, and deleted them; the code is good for one history only.
  expect(carried.length).toBeGreaterThan(0)
  for (const { bytes } of carried) expect(latin1(bytes)).not.toMatch(/long text|hello/)
  expect([...world.hub.names.values()].filter(({ kind }) => kind === 'transfer')).toHaveLength(1)
  expect([...world.hub.rooms.keys()].filter(isTransfer)).toEqual([])
  await say(ann, 'after')
  expect(tablet.chat!.conversations[0]!.messages.map(({ text }) => text)).toEqual([...texts, 'after'])
  await expect(give(ann, code)).rejects.toMatchObject({
    code: 'not-allowed',
  })
  await expect(give(ben, 'shoal-history:AAAA')).rejects.toMatchObject({
    code: 'bad-argument',
  })
  ben.person.remove(tablet.own)
  await expect(give(ben, code)).rejects.toMatchObject({
    code: 'not-allowed',
  })
})

it('waits for the conversations that the new device joins later, also after a restart', async () => {
  await say(ann, 'before')
  const tablet = await world.member('Tablet', ben.person)
  const lines = await linesOf(ben)
  expect(await world.until(tablet.chat!.histories.add(lines))).toBe(0)
  expect(tablet.journals.filter(name => name.startsWith('arriving-'))).toHaveLength(1)
  await tablet.restart()
  const code = tablet.chat!.transfer.ask()
  await give(ben, code)
  await world.advance(900_000)
  expect(tablet.texts).toEqual(['before'])
  expect(tablet.journals.filter(name => name.startsWith('arriving-'))).toEqual([])
})

it('comes before the messages of the new device that have left memory', async () => {
  const [before, after] = [1, 2].map(part => Array.from({ length: 40 }, (_, n) => `${part}: ${n}`))
  for (const text of before!) await say(ann, text)
  world.pageMessages = 4
  const tablet = await world.member('Tablet', ben.person)
  ben.notice(ben.did)
  await world.advance(5000)
  for (const text of after!) await say(ann, text)
  const textsIn = async () =>
    (await tablet.only.reader.page({ limit: 1000 })).messages.map(({ text }) => text)
  expect(await textsIn()).toEqual(after)
  await world.until(tablet.only.markRead(tablet.only.messages.at(-2)!.id))
  expect(tablet.only.unread.messages).toBe(1)
  const lines = await linesOf(ben)
  const batches = [lines.slice(0, 20), [...lines.slice(0, 2), ...lines.slice(20)]]
  for (const batch of batches) await world.until(tablet.chat!.histories.add(batch))
  expect(await textsIn()).toEqual([...before!, ...after!])
  expect([tablet.texts.length < 8, tablet.only.unread.messages]).toEqual([true, 1])
  await tablet.restart()
  expect(await textsIn()).toEqual([...before!, ...after!])
})

it('is not taken from a device that was not asked', async () => {
  await say(ann, 'before')
  const tablet = await world.member('Tablet', ben.person)
  ben.notice(ben.did)
  await world.advance(5000)
  const old = tablet.chat!.transfer.ask()
  tablet.chat!.transfer.ask()
  await give(ben, old)
  await world.advance(10_000)
  expect(tablet.texts).toEqual([])
})

it('is written to lines and read from them, and a forged message is refused', async () => {
  await say(ann, 'one')
  await say(ben, 'two')
  const lines = await linesOf(ben)
  expect(lines.map(line => JSON.parse(line).type)).toEqual([
    ...['conversation', 'device', 'message', 'device', 'message'],
  ])
  const tablet = await world.member('Tablet', ben.person)
  ben.notice(ben.did)
  await world.advance(5000)
  const histories = () => tablet.chat!.histories
  const changed = (change: (line: { type: string; body: string; id: string; device: string }) => void) =>
    lines.map(text => {
      const line = JSON.parse(text)
      if (line.type === 'message') change(line)
      return JSON.stringify(line)
    })
  const [anns, bens] = lines.filter(line => line.includes('"message"')).map(line => JSON.parse(line))
  for (const forged of [
    changed(line => {
      line.body = bens.body
    }),
    changed(line => {
      line.device = line.device === anns.device ? bens.device : anns.device
    }),
    changed(line => {
      line.id = '00'.repeat(16)
    }),
    ['not JSON'],
    ['{"type":"other"}'],
    [lines[2]!],
  ]) {
    await expect(world.until(histories().add(forged))).rejects.toHaveProperty('code')
    expect(tablet.texts).toEqual([])
  }
  expect(await world.until(histories().add(lines))).toBe(2)
  expect(await world.until(histories().add(lines))).toBe(0)
  expect(tablet.texts).toEqual(['one', 'two'])
})

it('is cancelled at either end, and the hub keeps nothing of it', async () => {
  await say(ann, 'before')
  const tablet = await world.member('Tablet', ben.person)
  ben.notice(ben.did)
  await world.advance(5000)
  const [away, here] = [ben.chat!.transfer, tablet.chat!.transfer]
  const states: string[] = []
  for (const member of [ben, tablet])
    member.listener.transferred = ({ direction, state }) => {
      const now = `${direction} ${state}`
      if (states.at(-1) !== now) states.push(now)
    }

  // While the hub is unavailable, it has none of it.
  const begun = (await world.until(away.give(here.ask(), HOME)))!
  world.hub.isAway = true
  await world.advance(1000)
  await expect(world.until(away.give(here.ask(), HOME))).rejects.toMatchObject({ code: 'conflict' })
  away.cancel()
  await world.until(begun.done)
  expect(away.progress).toMatchObject({ state: 'cancelled', error: null })
  world.hub.isAway = false
  await world.advance(10_000)
  expect([...world.hub.rooms.keys()].filter(isTransfer)).toEqual([])
  expect(tablet.texts).toEqual([])

  // The new device no longer wants it: it ignores what arrives.
  const code = here.ask()
  here.cancel()
  await give(ben, code)
  await world.advance(10_000)
  expect(here.progress!.state).toBe('cancelled')
  expect(tablet.texts).toEqual([])
  expect(states).toEqual([
    ...['here waiting', 'away running', 'here waiting', 'away cancelled', 'here waiting', 'here cancelled'],
    ...['away running', 'away done'],
  ])
})

it('fails with a reason if the hub changes it on its way', async () => {
  await say(ann, 'before')
  const tablet = await world.member('Tablet', ben.person)
  ben.notice(ben.did)
  await world.advance(5000)
  const code = tablet.chat!.transfer.ask()
  world.hub.seen = ({ kind }, { bytes }) => {
    if (kind === 'transfer') bytes[20]! ^= 1
  }
  await give(ben, code)
  await world.advance(10_000)
  expect(tablet.chat!.transfer.progress).toMatchObject({ state: 'failed', error: { code: 'damaged' } })
  expect(tablet.texts).toEqual([])
})

it('is read a part at a time, oldest first, from pages and from several entries of the hub', async () => {
  world.pageMessages = 4
  await ben.restart()
  const texts = Array.from({ length: 30 }, (_, at) => `${at} ${'x'.repeat(15_000)}`)
  for (const text of texts) await say(ben, text)
  const pages: number[] = []
  for (let at: string | null = ''; at !== null; ) {
    const page = await ben.chat!.histories.page(at)
    pages.push(page.lines.length)
    at = page.next
  }
  expect(pages.length).toBeGreaterThan(2)
  const tablet = await world.member('Tablet', ben.person)
  ben.notice(ben.did)
  await world.advance(5000)
  world.hub.screen = 10
  const totals: number[] = []
  tablet.listener.transferred = ({ messages }) => totals.push(messages)
  await give(ben, tablet.chat!.transfer.ask())
  await world.advance(20_000)
  expect(tablet.chat!.transfer.progress).toMatchObject({ state: 'done', messages: 30, added: 30 })
  expect(totals.some(each => each > 0 && each < 30)).toBe(true)
  const shown = []
  for await (const part of tablet.only.reader.parts()) shown.unshift(...part.map(({ text }) => text))
  expect(shown).toEqual(texts)
  expect(ben.chat!.histories.messages).toBe(30)
})
