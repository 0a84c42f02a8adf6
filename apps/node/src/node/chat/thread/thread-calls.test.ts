import { MessageChannel } from 'node:worker_threads'
import type { DirectChannel } from '@shoal/chat/direct'
import { RoomError } from '@shoal/hub-api/rooms'
import { expect, onTestFinished, test } from 'vitest'
import { NodeChannels, ThreadChannels } from './channels.ts'
import type { ForNode, ForThread } from './contract.ts'
import { NodeHubs, ThreadHubs } from './hub-access.ts'
import { ThreadCalls } from './thread-calls.ts'

/** Two connected ends, each with its own answerers. */
function connect<There extends object>(answers: readonly object[], back: readonly object[] = []) {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  return [new ThreadCalls<There>(port1, back), new ThreadCalls<ForNode>(port2, answers)] as const
}

const turn = () => new Promise(resolve => setTimeout(resolve, 5))

test('calls are answered, and errors keep what tells them apart', async () => {
  const [{ ask }] = connect<{ add(given: { a: number; b: number }): number; fail(): void }>([
    {
      add: ({ a, b }: { a: number; b: number }) => a + b,
      fail() {
        throw Object.assign(new Error('no'), { code: 'conflict', field: 'name', secret: 1 })
      },
    },
  ])
  expect(await Promise.all([ask.add({ a: 1, b: 2 }), ask.add({ a: 3, b: 4 })])).toEqual([3, 7])
  const error = await ask.fail(undefined).catch(failure => failure)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ message: 'no', code: 'conflict', field: 'name' })
  expect(error).not.toHaveProperty('secret')
})

test('a call that is aborted ends at both ends, and all end with the port', async () => {
  const aborted = Promise.withResolvers<boolean>()
  const wait = (_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise(() => signal.addEventListener('abort', () => aborted.resolve(true)))
  const [here] = connect<{ wait(given: unknown, options: object): void }>([{ wait }])
  const controller = new AbortController()
  const first = here.ask.wait(null, { signal: controller.signal })
  const second = here.ask.wait(null)
  controller.abort(new Error('enough'))
  await expect(first).rejects.toThrow('enough')
  expect(await aborted.promise).toBe(true)
  here.close(new Error('over'))
  await expect(second).rejects.toThrow('over')
  await expect(here.ask.wait(null)).rejects.toThrow('over')
})

test('a channel to another device is read no faster than the chat reads it', async () => {
  const node = () => there.ask
  const channels = new ThreadChannels(node)
  const opened = Promise.withResolvers<DirectChannel>()
  const done = Promise.withResolvers<void>()
  const thread = {
    connect: (given: Parameters<ForThread['connect']>[0]) =>
      channels.use(given, channel => {
        opened.resolve(channel)
        return done.promise
      }),
  }
  const own = new NodeChannels(() => here.ask)
  const [here, there] = connect<ForThread>([thread, channels], [own])
  let given = 0
  let isClosed = false
  const sent: Uint8Array[] = []
  async function* chunks() {
    while (!isClosed) yield Uint8Array.of(++given)
  }
  const connecting = own.connect({
    ...{ binding: new Uint8Array(32), isInitiator: true, chunks: chunks() },
    send: async bytes => void sent.push(bytes),
    close: () => {
      isClosed = true
    },
  })
  const channel = await opened.promise
  await turn()
  expect(given).toBeLessThanOrEqual(2)
  const reader = channel.chunks[Symbol.asyncIterator]()
  for (let n = 1; n <= 20; n++) expect((await reader.next()).value).toEqual(Uint8Array.of(n))
  await turn()
  expect(given).toBeLessThanOrEqual(22)
  await channel.send(Uint8Array.of(7))
  expect(sent).toEqual([Uint8Array.of(7)])
  channel.close()
  // A chunk that was read ahead can still arrive.
  while (!(await reader.next()).done);
  done.resolve()
  await connecting
  expect(isClosed).toBe(true)
  await expect(channel.send(Uint8Array.of(8))).rejects.toThrow('closed')
})

test('a hub that sends faster than the chat reads is disconnected', async () => {
  let received = (_name: string, _body: unknown) => {}
  let closes = 0
  const node = new NodeHubs(
    {
      accessFor: () => ({
        ...{ device: { api: {} as never, session: async () => 'secret', forget() {} } },
        hub: new Uint8Array(32),
        connect: session => async events => {
          if (session !== 'secret') throw new RoomError('busy', 'later', { afterMs: 5 })
          received = events.received
          return { request: async name => name, volatile() {}, close: () => void closes++ }
        },
      }),
    },
    () => there.ask as never,
  )
  const hubs = new ThreadHubs(() => here.ask)
  const [here, there] = connect<ForNode>([node], [hubs])
  const home = { url: 'https://hub.example', name: '', account: null, key: new Uint8Array(32) }
  const { connect: open } = hubs.access(home)
  const options = { signal: new AbortController().signal }
  const got: unknown[] = []
  const closed = Promise.withResolvers<string>()
  const events = { received: (...what: unknown[]) => void got.push(what), closed: closed.resolve }
  const refused = await open!('other')(events, options).catch(error => error)
  expect(refused).toBeInstanceOf(RoomError)
  expect(refused).toMatchObject({ code: 'busy', message: 'later' })
  const link = await open!('secret')(events, options)
  expect(await link.request('list' as never, {} as never)).toBe('list')
  received('entries', { bytes: Uint8Array.of(1) })
  await expect.poll(() => got).toEqual([['entries', { bytes: Uint8Array.of(1) }]])
  for (let n = 0; n < 5; n++) received('entries', { bytes: new Uint8Array(4 << 20) })
  expect(await closed.promise).toContain('keep up')
  expect(closes).toBe(1)
})
