import type { Worker } from 'node:worker_threads'
import { KeyPair } from '@shoal/identity'
import { readDeviceText, signNextDevices, writeDeviceHistory } from '@shoal/identity/devices'
import { limitMs } from '@shoal/testing'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { nodeForTest } from '../testing/for-test.ts'
import type { TestNode } from '../testing/test-node.ts'

const PATIENT = { timeout: limitMs(50), interval: 50 }

let node: TestNode
/** Chat threads started so far. */
let threads: Worker[]

beforeEach(async () => {
  threads = []
  const started = (thread: Worker) => {
    if (thread.threadName === 'shoal-chat') threads.push(thread)
  }
  process.on('worker', started)
  onTestFinished(() => void process.off('worker', started))
  node = await nodeForTest()
  const { device } = await node.operations.describeDevice({ name: 'node' })
  const successor = KeyPair.generate().publicKey
  const history = signNextDevices(
    null,
    { devices: [readDeviceText(device)], unixSeconds: Math.floor(Date.now() / 1000), successor },
    KeyPair.generate(),
  )
  const { lists, devices } = writeDeviceHistory(history)
  await node.operations.acceptDevices({ lists: [...lists], devices: [...devices] })
})

/** Threads that are still running. */
const alive = () => threads.filter(({ threadId }) => threadId !== -1).length
const problems = async () => (await node.operations.getHealth({})).problems

test('its thread starts when the chat is first used, and ends with the chat and with the node', async () => {
  await node.operations.getHealth({})
  expect(threads).toEqual([])
  expect(await node.operations.getChat({})).toMatchObject({ problem: null })
  expect([threads.length, alive()]).toEqual([1, 1])
  await node.operations.changeSettings({ chat: { enabled: false } })
  expect(await node.operations.getChat({})).toMatchObject({ problem: { code: 'conflict' } })
  expect(alive()).toBe(0)
  await node.operations.changeSettings({ chat: { enabled: true } })
  expect(await node.operations.listConversations({})).toEqual({ items: [] })
  expect([threads.length, alive()]).toEqual([2, 1])
  await node.close()
  expect(alive()).toBe(0)
})

test('errors of operations keep their code and field', async () => {
  await expect(node.operations.createPrivate({ person: 'did:key:wrong' })).rejects.toMatchObject({
    ...{ code: 'bad-argument', field: 'person' },
  })
  const conversation = 'f'.repeat(64)
  await expect(node.operations.getConversation({ conversation })).rejects.toMatchObject({
    ...{ code: 'not-found', field: 'conversation' },
  })
})

test('a thread that crashes is reported, and replaced by itself', async () => {
  await node.operations.getChat({})
  const calling = node.operations.exportHistory({}).catch(error => error.code)
  const [first] = threads
  await first!.terminate()
  expect(['closed', '']).toContain(await calling.then(answer => answer.lines ?? answer))
  expect(await problems()).toEqual([expect.stringContaining('the thread of the chat has ended')])
  await expect.poll(problems, PATIENT).toEqual([])
  expect([threads.length, alive()]).toEqual([2, 1])
  // Callers need not wait for that.
  await threads[1]!.terminate()
  expect(await node.operations.listConversations({})).toEqual({ items: [] })
  expect([threads.length, alive()]).toEqual([3, 1])
  expect(await problems()).toEqual([])
})
