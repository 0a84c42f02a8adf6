/** `shoal chat` with a hub and two nodes as complete processes, on loopback; two terminals talk to each other. */
import { randomBytes } from 'node:crypto'
import { until } from '@shoal/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type Json, Workplace } from '../apps/node/src/testing/shoal-process.ts'
import { home, PASSPHRASE } from './support/home.ts'
import { HubProcess } from './support/hub.ts'

const CTRL_C = '\u0003'

/** A hub with two members. */
async function friends() {
  const data = await Workplace.create()
  onTestFinished(() => data[Symbol.asyncDispose]())
  const [hub, ada, ben] = await Promise.all([
    HubProcess.start(['--host', '127.0.0.1', '--data', data.at('hub'), '--name', 'Friends']),
    home(),
    home(),
  ])
  onTestFinished(() => hub[Symbol.asyncDispose]())
  for (const { ask } of [ada, ben]) {
    await ask('key', 'new', ...PASSPHRASE, '--weak-passphrase')
    await ask('devices', 'add', 'desk', ...PASSPHRASE)
  }
  await ada.ask('hub', 'join', hub.ownerLink!, '--name', 'Ada')
  await ben.ask('hub', 'join', (await ada.ask('hub', 'invite', '-')).link, '--name', 'Ben')
  return { ada, ben, did: (await ben.ask('key', 'show')).did as string }
}

test('two terminals talk in a group, after the request was accepted', async () => {
  const { ada, ben, did } = await friends()
  const list = async ({ ask }: typeof ben): Promise<Json[]> => (await ask('chat')).items
  // The node of Ben leaves keys at the hub soon after it has joined.
  await until('the group', async () => {
    const { code, object } = await ada.place.json('chat', 'new', 'Harbour', did)
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
    const { stdout } = await ben.place.run('chat', 'show', 'Harbour', '--keep-unread')
    return stdout.includes(text)
  }
  await until('the edited message', () => shown('(edited): Tomorrow?'))
  expect((await list(ben))[0].unread.messages).toBe(1)
  await ben.ask('chat', 'react', 'Harbour', 'last', '👍')
  await ben.ask('chat', 'send', 'Harbour', 'Yes', '--reply', 'last')
  await ben.ask('chat', 'show', 'Harbour')
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

test('whoever has the link of a share reads what was written in its room', async () => {
  const { ada, ben } = await friends()
  const magnet = `magnet:?xt=urn:btih:${randomBytes(20).toString('hex')}&dn=Charts`
  const { link, conversation } = await ada.ask('chat', 'room', magnet, '--make')
  expect(conversation).toMatchObject({ kind: 'share', name: 'Charts' })
  const again = await ada.place.run('chat', 'room', link)
  expect(again.stdout).toMatch(/^Joined: Charts .*\n.*Whoever has the link/)
  await ada.ask('chat', 'send', 'Charts', 'Depth lines are in metres')
  await ben.ask('chat', 'room', link)
  const seen = async () => (await ben.place.run('chat', 'show', 'Charts')).stdout.includes('in metres')
  await until('the message', seen)
  const none = await ben.place.json('chat', 'room', magnet)
  expect([none.code, none.object.error.code]).toEqual([2, 'bad-argument'])
})
