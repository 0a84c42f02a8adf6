/**
 * A node with a chat, which measures how long its event loop is blocked. Calls arrive as lines of
 * JSON.
 */

import { until } from '@shoal/testing'
import { HUBS } from '../../apps/node/src/node/hubs/service.ts'
import { testNode } from '../../apps/node/src/node/testing/test-node.ts'
import { answerJsonLines } from '../../interop/support/json-lines.ts'
import { StallMeter } from '../../interop/support/stall-meter.ts'
import {
  readDeviceText,
  signNextDevices,
  writeDeviceHistory,
} from '../../packages/identity/src/devices/devices.ts'
import { KeyPair } from '../../packages/identity/src/index.ts'
import { percentile } from '../statistics.ts'

const PATIENT = { timeoutMs: 600_000 }

export interface Stalls {
  /** The longest turn of the node's event loop, and the largest CPU time of one. */
  readonly longestMs: number
  readonly longestCpuMs: number
  /**
   * Time from the sender of a message to the node's event, for messages that arrived during the
   * measurement.
   */
  readonly medianMs: number
  readonly messages: number
  readonly residentBytes: number
}

const node = await testNode()
const root = KeyPair.generate()
let meter: StallMeter | null = null
let delaysMs: number[] = []
let hasEnded = false
let last = ''
node.events.subscribe('chat', ({ event }) => {
  if (event.type !== 'chat-message') return
  const { text } = event.message
  if (text === last) hasEnded = true
  else delaysMs.push(Number(process.hrtime.bigint() - BigInt(text)) / 1e6)
})
const conversation = async () => (await node.operations.listConversations({})).items[0]

answerJsonLines({
  /** Joins a hub as a device of a person with an existing account. */
  async device() {
    const { device } = await node.operations.describeDevice({ name: 'node' })
    const content = { devices: [readDeviceText(device)], unixSeconds: Math.floor(Date.now() / 1000) }
    const history = signNextDevices(null, { ...content, successor: KeyPair.generate().publicKey }, root)
    const { lists, devices } = writeDeviceHistory(history)
    await node.operations.acceptDevices({ lists: [...lists], devices: [...devices] })
    return { did: root.did, list: lists.at(-1) }
  },
  async join({ port }: { port: number }) {
    const url = `http://127.0.0.1:${port}`
    await node.operations.joinHub({ url, name: 'Node' })
    const { getKeyPackages } = node.service(HUBS).clientFor(url)
    await until('it has key packages', async () => (await getKeyPackages({})).oneTime > 0, PATIENT)
  },
  async accept() {
    await until('it is a member', async () => (await conversation())?.state === 'member', PATIENT)
    await node.operations.acceptConversation({ conversation: (await conversation())!.id })
  },
  /** A message with this text ends a measurement. */
  begin(given: { last: string }) {
    ;[meter, delaysMs, hasEnded, last] = [new StallMeter(), [], false, given.last]
  },
  /** Makes a commit of its own. */
  async rename({ name }: { name: string }) {
    const { id } = (await conversation())!
    meter = new StallMeter()
    await node.operations.changeGroup({ conversation: id, name, add: [], remove: [] })
  },
  async end({ isAwaited }: { isAwaited: boolean }): Promise<Stalls> {
    if (isAwaited) await until('the last message has come', () => hasEnded, PATIENT)
    const { longestMs, longestCpuMs } = meter!.stop()
    const delays = {
      medianMs: delaysMs.length > 0 ? percentile(delaysMs, 0.5) : 0,
      messages: delaysMs.length,
    }
    return { longestMs, longestCpuMs, ...delays, residentBytes: process.memoryUsage.rss() }
  },
  close: () => node.end(),
})
