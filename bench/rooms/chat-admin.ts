/**
 * The admin of a closed group at a hub, whose only other running member is a node (chat-node.ts).
 * Calls arrive as lines of JSON.
 */
import { answerJsonLines } from '../../interop/support/json-lines.ts'
import { ChatDevice, type Conversation } from '../../packages/chat/src/device/index.ts'
import { HubCarriers } from '../../packages/chat/src/hub/index.ts'
import { TestPerson } from '../../packages/chat/src/testing/members.ts'
import { connectHub } from '../../packages/hub-api/src/client.ts'
import { readDeviceList } from '../../packages/identity/src/devices/devices.ts'
import { systemClock, systemRandom } from '../../packages/torrent/src/base/index.ts'
import { MemoryPorts, memoryJournals } from '../chat-ports.ts'

const shared = new MemoryPorts()
const person = new TestPerson()
const device = person.device('Admin')
shared.people.set(person.did, { list: person.list!, isContact: true, isBlocked: false })
let group: Conversation

interface Given {
  readonly port: number
  readonly session: string
  /** Number of members in the group. */
  readonly size: number
  readonly node: { readonly did: string; readonly list: string }
}

answerJsonLines({
  did: () => person.did,
  async create({ port, session, size, node }: Given) {
    const home = `http://127.0.0.1:${port}`
    const list = readDeviceList(new Uint8Array(Buffer.from(node.list, 'base64url')))
    shared.people.set(node.did, { list, isContact: true, isBlocked: false })
    const journals = memoryJournals()
    const carriers = new HubCarriers({
      access: () => ({
        device: { session: async () => session, forget() {}, api: connectHub({ url: home, session }) },
      }),
      ...{ homes: [home], journals, clock: systemClock, random: systemRandom },
    })
    const memory = shared.portsOf(device, journals)
    const chat = await ChatDevice.open({
      ports: {
        ...{ ...memory, rooms: carriers.rooms },
        inboxes: {
          ...memory.inboxes,
          deliver: (...[to, ...given]) =>
            (to.did === node.did ? carriers : memory).inboxes.deliver(to, ...given),
        },
        keyPackages: {
          ...memory.keyPackages,
          take: (of, at) => (of.did === node.did ? carriers : memory).keyPackages.take(of, at),
        },
      },
      device: device.own,
      oneTimeKeys: 2,
    })
    const others: string[] = []
    for (let at = 2; at < size; at++) {
      const absent = new TestPerson()
      const its = absent.device(`Device ${at}`)
      await its.keyPackage()
      await shared.portsOf(its, journals).keyPackages.publish(its.keyPackages, null)
      shared.people.set(absent.did, { list: absent.list!, isContact: true, isBlocked: false })
      others.push(absent.did)
    }
    group = await chat.createGroup({ home, name: 'Everybody' })
    await group.change({ add: [node.did, ...others] })
    await group.change({ policy: { ...group.policy!, admins: [person.did, node.did] } })
  },
  /** Makes commits, each preceded by a message. */
  async commit({ count }: { count: number }) {
    for (let at = 0; at < count; at++) {
      await say(`${process.hrtime.bigint()}`)
      await group.change({ policy: { ...group.policy!, name: `Everybody ${at} ${Date.now()}` } })
    }
  },
  async write({ count, perSecond }: { count: number; perSecond: number }) {
    for (let at = 0; at < count; at++) {
      void say(`${process.hrtime.bigint()}`)
      await new Promise(resolve => setTimeout(resolve, 1000 / perSecond))
    }
  },
  say: ({ text }: { text: string }) => say(text),
})

async function say(text: string): Promise<void> {
  await group.send({ kind: 'text', text, replyTo: null, mentions: [], files: [] })
}
