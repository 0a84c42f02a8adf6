/**
 * Hub, nodes and commands as complete processes, on loopback: hub-members.test.ts and
 * chat-nodes.test.ts cover what can be tested in one process.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@shoal/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json } from '../apps/node/src/testing/shoal-process.ts'
import { tempDir } from './support/files.ts'
import { home, PASSPHRASE } from './support/home.ts'
import { HubProcess } from './support/hub.ts'

const CTRL_C = '\u0003'

type Member = Awaited<ReturnType<typeof home>>
/** A hub with two members. */
let hub: HubProcess
let ada: Member
let ben: Member
/** Ben's. */
let did: string
const stack = new AsyncDisposableStack()

beforeAll(async () => {
  const data = stack.use(await tempDir('hub'))
  const started = [
    HubProcess.start(['--host', '127.0.0.1', '--data', data.path, '--name', 'Friends']),
    home(),
    home(),
  ] as const
  hub = stack.use(await started[0])
  ada = stack.use(await started[1])
  ben = stack.use(await started[2])
  for (const { ask, place } of [ada, ben]) {
    did = await place.key()
    await ask('devices', 'add', 'desk', ...PASSPHRASE)
  }
  await ada.ask('hub', 'join', hub.ownerLink!, '--name', 'Ada')
  const { link, uses } = await ada.ask('hub', 'invite', '--uses', '2')
  expect([uses, link]).toEqual([2, expect.stringContaining(`${hub.url}/join#invitation=`)])
  const [, code] = link.split('#invitation=')
  await ben.ask('hub', 'join', hub.url, '--invite', code, '--name', 'Ben')
  const { items } = await ben.ask('hub', 'list')
  expect(items).toMatchObject([{ url: hub.url, name: 'Friends', account: 'Ben', accountDid: did }])
  expect((await ben.place.run('hub', 'list')).stdout).toMatch(/Account.*\nFriends .* Ben /)
})
afterAll(() => stack.disposeAsync())

test('two terminals talk in a group, after the request was accepted', async () => {
  const list = async ({ ask }: typeof ben): Promise<Json[]> => (await ask('chat')).items
  // Ben's node uploads key packages to the hub soon after it has joined.
  await until('the group', async () => {
    const { code, object } = await ada.place.json('chat', 'group', 'Harbour', did)
    if (code !== 0) expect(object.error.code).toBe('no-devices')
    return code === 0
  })
  const invited = async () =>
    (await list(ben)).find(each => each.name === 'Harbour' && each.state === 'member')
  expect(await until('the invitation', invited)).toMatchObject({ kind: 'group', isRequest: true })
  expect((await ben.place.run('chat', 'info', 'harb')).stdout).toContain('wants to talk to you')
  expect((await ben.ask('chat', 'accept', 'harb')).isRequest).toBe(false)

  await using left = ada.place.typed(['chat', 'follow', 'Harbour'])
  await using right = ben.place.typed(['chat', 'follow', 'Harbour'])
  await Promise.all([left.until('> '), right.until('> ')])
  left.type('Hello Ben\r')
  await left.until('You: Hello Ben')
  await right.until(': Hello Ben')
  right.type('Hel')
  await left.until('is typing')
  right.type('lo Ada\r')
  await right.until('You: Hello Ada')
  await left.until(': Hello Ada')
  left.type(CTRL_C)
  expect(await left.ended()).toBe(0)

  // Piped lines are sent, and the command ends with its input.
  const piped = ada.place.start('chat', 'follow', 'Harbour', '--write', '--json')
  piped.child.stdin!.end('from a program\nand more\n')
  expect((await piped.finished).code).toBe(0)
  const texts = piped.objects.flatMap(({ event, message }) => (event === 'message' ? [message.text] : []))
  expect(texts).toEqual(['Hello Ben', 'Hello Ada', 'from a program', 'and more'])
  await right.until(': and more')
  right.type(CTRL_C)
  expect(await right.ended()).toBe(0)

  expect(await ada.ask('chat', 'send', 'Harbour', 'Tomorow?')).toMatchObject({ delivery: 'delivered' })
  await ada.ask('chat', 'edit', 'Harbour', 'last', 'Tomorrow?')
  const shown = async (text: string) => {
    const { stdout } = await ben.place.run('chat', 'read', 'Harbour', '--keep-unread')
    return stdout.includes(text)
  }
  await until('the edited message', () => shown('(edited): Tomorrow?'))
  expect((await list(ben))[0].unread.messages).toBe(1)
  await ben.ask('chat', 'react', 'Harbour', 'last', '👍')
  await ben.ask('chat', 'send', 'Harbour', 'Yes', '--reply', 'last')
  await ben.ask('chat', 'read', 'Harbour')
  expect((await list(ben))[0].unread.messages).toBe(0)
  const report = (await ada.ask('chat', 'report', 'Harbour', 'last')).report
  expect(await ben.ask('chat', 'verify', report)).toMatchObject({ text: 'Yes', sender: { isSelf: true } })

  await ada.ask('chat', 'remove', 'Harbour', did)
  const removed = async () => (await list(ben))[0].state === 'left'
  await until('the removal', removed)
  const refused = await ben.place.json('chat', 'send', 'Harbour', 'still here')
  expect([refused.code, refused.object.error.code]).toEqual([1, 'removed'])
  expect((await ben.ask('chat', 'forget', 'Harbour', '--yes')).items).toEqual([])
})

test('a message to a did:key begins a conversation, which is read once it was accepted', async () => {
  const lines = async (...words: string[]) => {
    const { code, stdout } = await ben.place.run('chat', 'read', ...words, '--json')
    expect(code).toBe(0)
    return stdout.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as Json]))
  }
  const sent = await ada.place.run('chat', 'send', did, 'Are you there?')
  expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Private conversation .*\nSent: /) })
  const { items } = await ada.ask('chat', 'list')
  const from = items[0].members.find((each: Json) => each.isSelf).did
  const isThere = async () =>
    (await ben.ask('chat', 'list')).items.some((each: Json) => each.state === 'member')
  await until('the request', isThere)
  expect(await lines()).toEqual([])
  await ben.ask('chat', 'accept', from)
  const unread = await until('the message', async () => {
    const read = await lines('--keep-unread')
    return read.length > 0 && read
  })
  expect(unread).toMatchObject([
    { conversation: items[0].id, from, text: 'Are you there?', sentMs: expect.any(Number) },
  ])
  await ben.ask('chat', 'send', from, 'Yes')
  expect((await lines(from)).map(({ text }) => text)).toEqual(['Are you there?', 'Yes'])
  expect(await lines()).toEqual([])
  for (const [member, other] of [
    [ada, did],
    [ben, from],
  ] as const) {
    await member.ask('chat', 'leave', other)
    await member.ask('chat', 'forget', other, '--yes')
  }
})

test('whoever has the link of a share reads what was written in its room', async () => {
  const magnet = `magnet:?xt=urn:btih:${randomBytes(20).toString('hex')}&dn=Charts`
  const { link, conversation } = await ada.ask('chat', 'room', magnet, '--make')
  expect(conversation).toMatchObject({ kind: 'share', name: 'Charts' })
  const again = await ada.place.run('chat', 'room', link)
  expect(again.stdout).toMatch(/^Joined: Charts .*\n.*Whoever has the link/)
  await ada.ask('chat', 'send', 'Charts', 'Depth lines are in metres')
  await ben.ask('chat', 'room', link)
  const seen = async () => (await ben.place.run('chat', 'read', 'Charts')).stdout.includes('in metres')
  await until('the message', seen)
  const none = await ben.place.json('chat', 'room', magnet)
  expect([none.code, none.object.error.code]).toEqual([2, 'bad-argument'])
})

test('what one member publishes another finds at the hub and downloads, and a removed device is out', async () => {
  await using phone = await home()
  const bytes = await ada.place.file('home/harbour.bin', 1_000_000)
  await ada.ask('add', ada.place.at('home/harbour.bin'), '--wait')
  const film = ['--title', 'Film of the harbour', '--category', 'films', '--tag', 'sea', '--tag', 'boats']
  const published = await ada.ask('hub', 'publish', 'friends', 'harbour.bin', ...film)
  expect(published).toMatchObject({ category: 'films', tags: ['sea', 'boats'], sizeBytes: 1_000_000 })

  const found = await ben.place.run('hub', 'search', '-', 'harbour', '--tag', 'sea')
  expect(found.stdout).toMatch(/1 +Film of the harbour +1(?:\.00)? MB.*Ada/)
  await ben.ask('hub', 'search', '-', 'harbour', '--download', '1')
  const finished = async () => (await ben.ask('list')).items.find((it: Json) => it.state === 'seeding')
  const { directory } = await until('the download is complete', finished)
  expect((await readFile(join(directory, 'harbour.bin'))).equals(bytes)).toBe(true)

  // Another node of Ada is a member without an invitation.
  const remote = ['--node', phone.node.url, '--token', phone.node.token]
  await ada.ask('devices', 'add', 'phone', ...PASSPHRASE, ...remote)
  await ada.ask('devices', 'send', ...PASSPHRASE)
  const joined = await phone.place.run('hub', 'join', hub.url)
  expect(joined).toMatchObject({ code: 0, stdout: `You are a member of Friends (${hub.url})\n` })
  const devices = async () =>
    (await ada.ask('hub', 'sessions', '-')).items.map(({ device }: Json) => device).toSorted()
  expect(await devices()).toEqual(['desk', 'phone'])
  await ada.ask('devices', 'remove', 'phone', ...PASSPHRASE)
  await until('the session of the phone has ended', async () => (await devices()).join() === 'desk')
  expect((await phone.place.json('hub', 'search', '-')).object.error).toMatchObject({ code: 'refused' })
  expect((await phone.ask('hub')).items).toMatchObject([
    { name: 'Friends', problem: { message: expect.stringContaining('a device was removed') } },
  ])
  expect((await ben.place.run('hub', 'leave', 'friends')).code).toBe(0)
  expect((await ben.place.run('hub')).stdout).toContain('No hub was joined')
})
