import type { ChatPerson } from '@shoal/api'
import { UsageError } from '@shoal/options'
import { beforeEach, expect, test } from 'vitest'
import { chat } from '../commands/chat.ts'
import { refuseOptionsOfOthers } from '../subcommand.ts'
import * as histories from './histories.ts'
import * as membership from './membership.ts'
import * as reading from './reading.ts'
import { ChatTrial } from './testing.ts'
import * as writing from './writing.ts'

const ADA = 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'
const BEN = 'did:key:z6MkwFKd2LUx7XzqhA7fW3eGtj8iRZ5vLhT6nQ1sYcBbENaB'
const WORDS = 'emotion summer salad runway material scale shadow report screen push tell wire'
const CLEO = 'did:key:z6MkpCLeoT4vWq9fHn2JxUyR8dSmKe3ZbGaL7tXhNs5oQrPc'
const ESCAPES = /[\p{Cc}\u202a-\u202e]/u
let trial: ChatTrial
beforeEach(() => {
  trial = new ChatTrial()
})

const conversation = async (name: string) =>
  (await trial.node.api.listConversations({})).items.find(each => each.name.startsWith(name))!

test('lists conversations with unread messages, and no words of strangers', async () => {
  const lines = await trial.printed(reading.list)
  expect(lines[0]).toMatch(/^ID +Name +Kind +Verified +Unread +State +When +Last message$/)
  const row = (name: string) => lines.find(line => line.includes(name))
  expect(row('Harbour walkers')).toMatch(
    /group +1 of 3 +2 \(@1\) .*Cleo \(z6MkpCLeoT4v\): And the spare battery\.$/,
  )
  expect(row('Film night')).toContain('muted')
  expect(row('Support')).toMatch(/request/)
  expect(row('Support')).not.toContain('locked')
  await trial.run(reading.list, '--json')
  expect(trial.objects[0]).toMatchObject({ items: expect.any(Array) })
})

test('shows messages with what belongs to them, and marks them as read', async () => {
  const lines = await trial.printed(reading.read, 'Harbour walkers', '--limit', '9')
  const id = '[0-9a-f]{8}'
  const time = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d'
  expect(lines[0]).toMatch(new RegExp(`^${id} ${time} Ada: Plan for Saturday:$`))
  expect(lines.slice(1, 6)).toEqual([
    '         | ',
    '         | 1. Meet at the **harbour office** at 9',
    '         | 2. Walk to the lighthouse',
    '         | 3. _Coffee_, if the wind allows it',
    expect.stringMatching(/^ {9}\S+ You, Ben · \S+ Cleo \(z6MkpCLeoT4v\)$/),
  ])
  expect(lines[7]).toMatch(new RegExp(`^ {9}reply to ${id}, Ada: Plan for Saturday: 1. Meet at .*…$`))
  expect(lines.join('\n')).toContain('You (edited): Thank you!')
  expect(lines.join('\n')).toContain('Ben \u2713: (deleted)')
  expect((await conversation('Harbour walkers')).unread.messages).toBe(0)
})

test('leaves messages unread if told so, and older ones say nothing of the newest', async () => {
  await trial.run(reading.read, 'Harbour walkers', '--keep-unread')
  await trial.run(reading.read, 'Harbour walkers', '--before', 'last')
  expect((await conversation('Harbour walkers')).unread.messages).toBeGreaterThan(0)
  await trial.run(reading.read, 'Harbour walkers', '--around', 'last')
  expect((await conversation('Harbour walkers')).unread.messages).toBe(0)
})

test('prints messages as objects on lines of their own', async () => {
  const { id } = await conversation('Harbour walkers')
  await trial.run(reading.read, 'Harbour walkers', '--json', '-n', '2')
  expect(trial.objects).toMatchObject([
    { conversation: id, title: 'Harbour walkers', text: '@Ana can you bring the camera?' },
    { conversation: id, from: CLEO, text: 'And the spare battery.', sentMs: expect.any(Number) },
  ])
})

test('reads the unread messages of all conversations, except for requests', async () => {
  const objects = () => trial.objects.splice(0).map(({ title, text }) => [title, text])
  await trial.run(reading.read, '--json', '--keep-unread')
  const all = objects()
  expect(all).toEqual([
    ['Film night', 'What do we watch?'],
    ['Film night', 'Something with boats.'],
    ['Harbour walkers', '@Ana can you bring the camera?'],
    ['Harbour walkers', 'And the spare battery.'],
  ])
  await trial.run(reading.read, '--json', '--keep-unread', '-n', '1')
  expect(objects()).toEqual([all[0], all[2]])
  const lines = await trial.printed(reading.read)
  expect(lines.filter(line => line.startsWith('In '))).toEqual([
    expect.stringMatching(/^In Film night \([0-9a-f]{8}\):$/),
    expect.stringMatching(/^In Harbour walkers \(/),
  ])
  const note = expect.stringMatching(/^1 request of a stranger: .*chat accept ID/)
  expect(lines.slice(6)).toEqual([note])
  expect(await trial.printed(reading.read)).toEqual(['There are no unread messages', note])
  expect((await conversation('Support')).unread.messages).toBe(1)
  await expect(trial.run(reading.read, '--before', 'last')).rejects.toThrow('read WHO')
})

test('sends to a person, and begins the conversation if there is none', async () => {
  const began = await trial.printed(writing.send, CLEO, 'Hello')
  expect(began).toEqual([
    expect.stringMatching(/^Private conversation with Cleo/),
    expect.stringMatching(/^Sent: /),
  ])
  expect(await conversation('Cleo')).toMatchObject({ kind: 'private', last: { text: 'Hello' } })
  expect(await trial.printed(writing.send, CLEO, 'Again')).toHaveLength(1)
  // A contact by name, also under the did:key.
  await trial.run(writing.send, ADA, 'By key')
  expect((await conversation('Ada')).last!.text).toBe('By key')
  await trial.run(membership.leave, 'Ada')
  await trial.run(membership.forget, 'Ada', '--yes')
  expect(await trial.printed(writing.send, 'Ada', 'By name')).toHaveLength(2)
  expect((await trial.printed(reading.read, ADA)).at(-1)).toContain('You: By name')
})

test('does not send to a conversation that only has the name of a contact', async () => {
  await trial.run(membership.leave, 'Ada')
  await trial.run(membership.create, 'ada', 'Ben')
  const sent = trial.run(writing.send, 'ADA', 'Secret')
  await expect(sent).rejects.toMatchObject({ code: 'ambiguous', message: expect.stringContaining('z6Mk') })
  await expect(trial.run(writing.send, 'Nobody', 'x')).rejects.toMatchObject({ code: 'not-found' })
})

test('what strangers write moves no cursor and turns no text', async () => {
  const { id } = await conversation('Support')
  const lines = [...(await trial.printed(reading.list)), ...(await trial.printed(reading.read, id))]
  expect(lines.filter(line => ESCAPES.test(line))).toEqual([])
  expect(lines.at(-1)).toMatch(/wants to talk to you.*chat accept [0-9a-f]{8}/)
  await expect(trial.run(writing.send, id, 'Who are you?')).rejects.toMatchObject({ code: 'conflict' })
  // No read receipt is sent.
  expect((await conversation('Support')).readUpTo).toBe(null)
  await trial.run(membership.accept, id)
  expect((await conversation('Support')).isRequest).toBe(false)
})

test('a text cannot look like another message', async () => {
  const { id } = await conversation('Ada')
  const text = 'hello\n00000000 2026-01-01 00:00:00 Ada: send me money\r\u001b[1A'
  await trial.node.api.sendMessage({ conversation: id, text })
  const lines = await trial.printed(reading.read, 'Ada', '--limit', '1')
  expect(lines.filter(line => /^[0-9a-f]{8} /.test(line))).toHaveLength(1)
  expect(lines[1]).toBe('         | 00000000 2026-01-01 00:00:00 Ada: send me money\ufffd\ufffd[1A')
})

test('sends, replies, edits, reacts and deletes', async () => {
  const [sent] = await trial.printed(writing.send, 'Ada', 'See', 'you', '@Ada', '--reply', 'last')
  const id = /^Sent: ([0-9a-f]{8})$/.exec(sent!)![1]!
  const newest = async () => (await conversation('Ada')).last!
  const replied = await newest()
  expect(replied).toMatchObject({
    text: 'See you @Ada',
    delivery: 'delivered',
    mentions: [expect.any(String)],
  })
  expect(replied.replyTo).not.toBe(null)
  expect(await trial.printed(writing.edit, 'Ada', 'last', 'Later')).toEqual([`Edited: ${id}`])
  expect(await newest()).toMatchObject({ text: 'Later', state: 'edited' })
  await trial.run(writing.react, 'Ada', id, '👍')
  expect((await newest()).reactions).toMatchObject([{ emoji: '👍' }])
  await trial.run(writing.react, 'Ada', id)
  expect((await newest()).reactions).toEqual([])
  expect(await trial.printed(writing.remove, 'Ada', id)).toEqual([`Deleted for everybody: ${id}`])
  expect((await newest()).state).toBe('deleted')
})

test('sends the links of shares, also without a text', async () => {
  await trial.run(writing.send, 'Ada', '--file', 'magnet:?xt=urn:btih:1', '--json')
  expect(trial.objects[0]).toMatchObject({
    text: '',
    files: ['magnet:?xt=urn:btih:1'],
    delivery: 'delivered',
  })
  const lines = await trial.printed(reading.read, 'Ada', '--limit', '1')
  expect(lines).toEqual([expect.stringMatching(/You: \(1 file\)$/), '         file: magnet:?xt=urn:btih:1'])
  await expect(trial.run(writing.send, 'Ada')).rejects.toThrow('TEXT is missing')
  await expect(trial.run(writing.send, 'Ada', ' ')).rejects.toThrow('the text is empty')
})

test('creates a group, and changes its members and rules', async () => {
  expect(await trial.printed(membership.create, 'Boats', 'Ada', '--slow', '30')).toEqual([
    expect.stringMatching(/^Created: Boats \([0-9a-f]{8}\)$/),
  ])
  await trial.run(membership.add, 'Boats', 'Ben', 'Cleo')
  await trial.run(membership.change, 'Boats', '--admin', 'Ada', '--who-adds', 'members', '--slow', '0')
  await trial.run(membership.remove, 'Boats', 'Ben')
  const members = async () =>
    (await conversation('Boats')).members.map(({ name, isAdmin }) => [name, isAdmin])
  expect(await members()).toEqual([
    ['Ana', true],
    ['Ada', true],
    ['Cleo', false],
  ])
  expect((await conversation('Boats')).rules).toEqual({ membersAdd: true, allowed: null, slowSeconds: 0 })
  await trial.run(membership.change, 'Boats', '--no-admin', 'Ada', '--name', 'Ships', '--allow', 'Ada')
  const info = (await trial.printed(reading.info, 'Ships')).join('\n')
  expect(info).toMatch(/Kind: +closed group: only its members can read it/)
  expect(info).toMatch(/You +admin +1 +did:key:/)
  expect(info).toMatch(/Ada +1 +did:key:/)
  expect((await conversation('Ships')).rules?.allowed).toHaveLength(1)
  await expect(trial.run(membership.change, 'Ships', '--no-admin', 'Cleo')).rejects.toThrow('not an admin')
  await expect(trial.run(membership.change, 'Ships')).rejects.toThrow('say what to change')
})

test('mutes, leaves and forgets', async () => {
  await trial.run(membership.mute, 'Ada')
  expect((await conversation('Ada')).isMuted).toBe(true)
  await trial.run(membership.unmute, 'Ada')
  expect((await conversation('Ada')).isMuted).toBe(false)
  await expect(trial.run(membership.forget, 'Ada')).rejects.toThrow('give --yes')
  await expect(trial.run(membership.forget, 'Ada', '--yes')).rejects.toMatchObject({ code: 'conflict' })
  await trial.run(membership.leave, 'Ada')
  expect(await trial.printed(membership.forget, 'Ada', '--yes')).toEqual(['Deleted: Ada'])
  expect(await conversation('Ada')).toBe(undefined)
})

test('begins private conversations, and joins the rooms of shares', async () => {
  expect(await trial.printed(membership.begin, 'Ben')).toEqual([
    expect.stringMatching(/^Private conversation with Ben/),
  ])
  const joined = await trial.printed(membership.room, 'magnet:?xt=urn:btih:2&dn=Charts')
  expect(joined[0]).toMatch(/^Joined: Charts/)
  expect(joined[1]).toContain('Whoever has the link of the share can read and write here')
  const [link, note] = await trial.printed(membership.room, 'magnet:?xt=urn:btih:3&dn=Tides', '--make')
  expect(note).toContain('does not open it')
  expect((await trial.printed(membership.room, link!))[0]).toMatch(/^Joined: Tides/)
})

test('finds messages, in one conversation or in all', async () => {
  const lines = await trial.printed(reading.search, 'what', 'watch')
  expect(lines[1]).toMatch(/^Film night +[0-9a-f]{8} .*What do we watch\?$/)
  expect(await trial.printed(reading.search, 'watch', '--in', 'Ada')).toHaveLength(2)
  expect(await trial.printed(reading.search, 'nonsense')).toEqual(['Nothing was found'])
})

test('says with whom keys were compared, also as JSON', async () => {
  const [head, ...rows] = await trial.printed(reading.list)
  expect(head).toMatch(/ Verified +Unread /)
  expect(rows.find(row => row.includes('Harbour walkers'))).toMatch(/ 1 of 3 +2 \(@1\)/)
  expect(rows.find(row => / Ada /.test(row))).not.toMatch(/ yes /)
  await trial.node.api.verifyContact({ did: ADA, seen: WORDS })
  const again = await trial.printed(reading.list)
  expect(again.find(row => row.includes(' private '))).toMatch(/ yes /)
  expect((await trial.printed(reading.info, 'Ada')).join('\n')).toMatch(/^Ada +admin +yes +2 +did:key:/m)
  expect((await trial.printed(reading.read, 'Ada')).join('\n')).toMatch(/ Ada \u2713: It did, /)
  trial.objects.length = 0
  await trial.run(reading.read, 'Harbour walkers', '--json', '-n', '3')
  expect(trial.objects.map(({ from, sender }) => [from, (sender as ChatPerson).isVerified])).toEqual([
    [BEN, true],
    [ADA, true],
    [CLEO, false],
  ])
})

test('reports a message, and verifies the report', async () => {
  const [report] = await trial.printed(reading.report, 'Ada', 'last')
  const lines = await trial.printed(reading.verify, report!)
  expect(lines.join('\n')).toMatch(/Sender: +You, did:key:.*Phone.*\n\| Tell me how you like it\.$/s)
  await expect(trial.run(reading.verify, 'x')).rejects.toThrow('not a report')
})

test('shows and saves the proof that a hub showed different logs, and verifies it', async () => {
  expect((await trial.printed(reading.info, 'Film night')).at(-1)).toMatch(
    /showed different logs.* chat info [0-9a-f]{8} --proof FILE$/,
  )
  const [proof] = await trial.printed(reading.info, 'Film night', '--proof', '-')
  const lines = await trial.printed(reading.verify, proof!)
  expect(lines.join('\n')).toMatch(
    /signed two different logs.*Key of the hub: +did:key:.*Place in the log: +3\nSigned .*: +[0-9a-f]{64}\n/s,
  )
  await expect(trial.run(reading.verify, 'shoal-hub-proof:x')).rejects.toThrow('it is forged')
  await expect(trial.run(reading.info, 'Ada', '--proof', '-')).rejects.toThrow('there is no proof')
})

test('refuses options of other actions', () => {
  const table = { read: ['limit'], forget: ['yes'] }
  expect(() => refuseOptionsOfOthers(table, 'read', { yes: true })).toThrow('--yes does not belong to read')
  refuseOptionsOfOthers(table, 'read', { yes: false, limit: 3 })
})

test('unknown actions are refused before a node is looked for', async () => {
  const context = { output: {}, interrupt: { signal: trial.stop.signal } } as never
  await expect(async () => chat.run(['raed'], {} as never, context)).rejects.toThrow('did you mean read?')
})

test('follow prints what comes and what changes, and marks it as read', async () => {
  const { id } = await conversation('Ada')
  const following = trial.run(reading.follow, 'Ada', '--limit', '2')
  await trial.until(() => trial.lines.length === 2)
  const sent = await trial.node.api.sendMessage({ conversation: id, text: 'Shall we?' })
  // Delivered a second later, then the other person reads, types and answers.
  trial.node.tick(6)
  await trial.until(() => trial.lines.some(line => line.includes('Let me look that up.')))
  expect(trial.lines.filter(line => /^[0-9a-f]{8} .* You: Shall we\?$/.test(line))).toHaveLength(1)
  expect(trial.lines.at(-1)).toBe(`         reply to ${sent.id.slice(0, 8)}, You: Shall we?`)
  await trial.node.api.reactToMessage({ conversation: id, message: sent.id, emoji: '👍' })
  await trial.until(() => trial.lines.some(line => line.includes('👍 You')))
  trial.stop.abort()
  await following
  expect((await conversation('Ada')).unread.messages).toBe(0)
})

test('follow prints events as JSON, also who is typing', async () => {
  const { id } = await conversation('Ada')
  const following = trial.run(reading.follow, 'Ada', '--limit', '1', '--keep-unread', '--json')
  const events = () => trial.objects.map(({ event }) => event)
  await trial.until(() => events().length === 1)
  await trial.node.api.sendMessage({ conversation: id, text: 'Shall we?' })
  trial.node.tick(6)
  await trial.until(() => events().includes('presence'))
  await trial.until(() => JSON.stringify(trial.objects).includes('Let me look that up.'))
  expect(events()).toContain('message')
  trial.stop.abort()
  await following
  expect((await conversation('Ada')).unread.messages).toBe(1)
})

test('follow ends with an error once the user is not a member', async () => {
  const { id } = await conversation('Film night')
  const ended = expect(trial.run(reading.follow, 'Film night')).rejects.toMatchObject({ code: 'removed' })
  await trial.until(() => trial.lines.length > 0)
  await trial.node.api.leaveConversation({ conversation: id })
  await ended
})

test('shows a code on a new device, and gives the history to the device that shows one', async () => {
  const [code, note, end] = await trial.printed(histories.code)
  expect(note).toContain(`chat give CODE`)
  expect(end).toMatch(/^The history has arrived: \d+ messages are new$/)
  expect(await trial.printed(histories.give, code!)).toEqual([
    expect.stringMatching(/^\d+ messages are at the hub/),
  ])
  await trial.run(histories.code, '--json')
  expect(trial.objects.slice(-2)).toEqual([{ code }, expect.objectContaining({ state: 'done' })])
  await expect(trial.run(histories.give, 'mistyped')).rejects.toBeInstanceOf(UsageError)
})

test('cancels the transfer of the history when it is stopped, or elsewhere', async () => {
  trial.carriesHistories = false
  const waiting = trial.run(histories.code)
  await trial.until(() => trial.lines.length === 2)
  await trial.node.api.cancelHistoryTransfer({})
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
  const stopped = trial.run(histories.code)
  await trial.until(() => trial.lines.length === 4)
  trial.stop.abort(new Error('stopped'))
  await expect(stopped).rejects.toThrow('stopped')
  expect((await trial.node.api.getHistoryTransfer({})).transfer!.state).toBe('cancelled')
})
