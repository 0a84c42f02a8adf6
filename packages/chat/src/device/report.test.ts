import { decodeCbor } from '@shoal/identity/signed-cbor'
import { latin1 } from '@shoal/torrent/base'
import { beforeEach, expect, it } from 'vitest'
import { type ChatMember, ChatWorld, HOME } from '../testing/chat-world.ts'
import { deviceOf } from '../testing/members.ts'
import { commitmentOf, readReport, verifyReport, writeReport } from './report.ts'

let world: ChatWorld
let ann: ChatMember
let ben: ChatMember
let cat: ChatMember

beforeEach(async () => {
  world = new ChatWorld(1, 4)
  ann = await world.member('Ann')
  ben = await world.member('Ben')
  cat = await world.member('Cat')
  const group = await world.until(ann.chat!.createGroup({ home: HOME, name: 'Friends' }))
  await world.until(group!.change({ add: [ben.did, cat.did] }))
  await world.advance(3000)
})

async function say(member: ChatMember, text: string) {
  const content = { kind: 'text' as const, text, replyTo: null, mentions: [], files: [] }
  const id = (await world.until(member.only.send(content)))!
  await world.advance(1000)
  return id
}
/** The commitment of an entry in the hub's log. */
function logged(clientId: Uint8Array): Uint8Array {
  const { entries } = world.hub.rooms.get(latin1(ann.only.id))!
  return commitmentOf(entries.find(each => latin1(each.clientId) === latin1(clientId))!.bytes)!
}

it('shows a moderator who has only the log one message, also of somebody who was removed', async () => {
  const id = await say(cat, 'an insult')
  await world.until(ann.only.change({ remove: [cat.did] }))
  await world.advance(1000)
  await ben.restart()
  const report = (await ben.only.reader.report(id))!.text
  expect(verifyReport(`  ${report.slice(0, 90)}\n${report.slice(90)}\n`, logged(id))).toEqual({
    ...{ room: ann.only.id, clientId: id, sequence: ben.only.messages[0]!.sequence, kind: 'text' },
    ...{ sender: deviceOf(cat.own.own), sentMs: ben.only.messages[0]!.sentMs },
    content: { kind: 'text', text: 'an insult', replyTo: null, mentions: [], files: [] },
  })
  expect((await ann.chat!.verifyReport(report)).sender.did).toBe(cat.did)
  const outsider = await world.member('Dan')
  await expect(outsider.chat!.verifyReport(report)).rejects.toThrow('has not read the entry')
})

it('refuses a report of another message, in another place, or by another device', async () => {
  const first = await say(cat, 'harmless')
  const second = await say(cat, 'an insult')
  const own = await say(ben, 'an insult')
  const read = async (id: Uint8Array) => readReport((await ben.only.reader.report(id))!.text)
  const [one, two, bens] = [await read(first), await read(second), await read(own)]
  const body = two.body.slice()
  body[body.indexOf('a'.charCodeAt(0))]! ^= 1
  const forged = [
    { ...two, body },
    { ...two, body: one.body },
    { ...two, body: one.body, signature: one.signature },
    { ...two, body: bens.body, signature: bens.signature },
    { ...two, clientId: one.clientId },
    { ...two, room: new Uint8Array(32) },
    { ...two, signature: bens.signature },
    // Ben claims that his own message is Cat's.
    { ...bens, credential: two.credential },
  ]
  expect(verifyReport(writeReport(two), logged(second)).sender.did).toBe(cat.did)
  for (const report of forged) {
    expect(() => verifyReport(writeReport(report), logged(report.clientId))).toThrow('is forged')
  }
  expect(() => verifyReport(writeReport(two), logged(first))).toThrow('commits to something else')
  for (const text of ['', 'hello', 'shoal-report:', writeReport(two).slice(0, -20), 'x'.repeat(1 << 20)])
    expect(() => readReport(text)).toThrow('This is not a report')
})

it('contains nothing of other messages, and no key but the one of its own commitment', async () => {
  await say(ben, 'a secret before')
  const id = await say(cat, 'an insult')
  await say(ben, 'a secret behind')
  const report = readReport((await ben.only.reader.report(id))!.text)
  expect(Object.keys(report).sort()).toEqual([
    ...['body', 'clientId', 'credential', 'room', 'sequence', 'signature'],
  ])
  const [, parents, head, , , , key] = decodeCbor(report.body) as unknown as readonly unknown[]
  // Names of entries, which the hub knows, and a key made for this message.
  expect(parents).toEqual([ben.only.messages[0]!.id])
  expect((head as readonly unknown[])[0]).toBe(ben.only.messages[0]!.sequence)
  const keys = []
  for (const message of ben.only.messages) {
    const { body } = readReport((await ben.only.reader.report(message.id))!.text)
    keys.push(latin1((decodeCbor(body) as unknown as readonly Uint8Array[])[6]!))
  }
  expect(keys.filter(each => each === latin1(key as Uint8Array))).toHaveLength(1)
  for (const field of [report.credential, report.body, report.signature])
    expect(latin1(field)).not.toMatch(/secret/)
})
