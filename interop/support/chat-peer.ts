/**
 * A person with one device that chats at a hub, in this process: the partner of those under test.
 */
import { until } from '@shoal/testing'
import { ChatDevice, type Conversation, type Journals } from '../../packages/chat/src/device/index.ts'
import { deviceCredential, type OwnDevice } from '../../packages/chat/src/groups/index.ts'
import { HubCarriers, HubPeople } from '../../packages/chat/src/hub/index.ts'
import { connectDevice } from '../../packages/hub-api/src/device-client.ts'
import { type Connect, type Link, socketConnect } from '../../packages/hub-api/src/rooms/rooms.ts'
import {
  encodeDevice,
  newestList,
  signNextDevices,
  writeDeviceHistory,
  writeDeviceText,
} from '../../packages/identity/src/devices/devices.ts'
import { KeyPair } from '../../packages/identity/src/index.ts'
import { writePersonCode } from '../../packages/identity/src/safety/safety-words.ts'
import { systemClock, systemRandom } from '../../packages/torrent/src/base/index.ts'

export interface ChatPeer extends AsyncDisposable {
  readonly did: string
  readonly device: OwnDevice
  /** Account at the hub. */
  readonly account: ReturnType<typeof connectDevice>
  /** Text of the person's code. */
  readonly code: string
  /** Signs a device list with an additional device, and publishes it at the hub. */
  addDevice(): Promise<void>
  readonly chat: ChatDevice
  /** Creates a private conversation with a person, as soon as a device of theirs can be added. */
  begin(did: string): Promise<Conversation>
  /** Waits for a message in any conversation, and returns the conversation. */
  reads(text: string): Promise<Conversation>
}

export interface ChatPeerOptions {
  readonly oneTimeKeys?: number
  readonly journals?: MemoryJournals
  /** Receives each connection to the hub, to send anything over it. */
  linked?(link: Link): void
}

/** Joins a hub with open registration. */
export async function startChatPeer(
  url: string,
  name: string,
  { oneTimeKeys, journals = memoryJournals(), linked }: ChatPeerOptions = {},
): Promise<ChatPeer> {
  const [root, login, message] = [KeyPair.generate(), KeyPair.generate(), KeyPair.generate()]
  const nowSeconds = Math.floor(Date.now() / 1000)
  const keys = { loginKey: login.publicKey, messageKey: message.publicKey }
  const device = { name: 'Peer', kind: 'node' as const, ...keys, added: nowSeconds }
  const first = { devices: [device], unixSeconds: nowSeconds, successor: KeyPair.generate().publicKey }
  const history = signNextDevices(null, first, root)
  const { lists } = writeDeviceHistory(history)
  const client = connectDevice({
    ...{ url, person: root.did, device: login, description: writeDeviceText(device), lists: () => lists },
  })
  await client.join({ name })
  const connect = (session: string): Connect => {
    const open = socketConnect({ url, session })
    return async (events, options) => {
      const link = await open(events, options)
      linked?.(link)
      return link
    }
  }
  const carriers = new HubCarriers({
    ...{ homes: [url], access: () => ({ device: client, connect }), journals },
    ...{ clock: systemClock, random: systemRandom },
  })
  const people = await HubPeople.open({
    ...{ journals, clock: systemClock },
    async ask(did) {
      const known = await client.api.getDevices({ did }).catch(() => null)
      return known && { lists: known.lists.map(text => Buffer.from(text, 'base64url')), name: '' }
    },
  })
  const { rooms, inboxes, keyPackages } = carriers
  const own = {
    credential: deviceCredential([newestList(history)], encodeDevice(device)),
    messageKey: { publicKey: message.publicKey, seed: message.exportSecret().seed },
  }
  const chat = await ChatDevice.open({
    ports: { journals, rooms, inboxes, keyPackages, people, clock: systemClock, random: systemRandom },
    device: own,
    ...(oneTimeKeys && { oneTimeKeys }),
  })
  // Others find it once its key packages are at the hub.
  await until('key packages are published', async () => (await client.api.getKeyPackages({})).oneTime > 0)
  return {
    did: root.did,
    ...{ device: own, account: client },
    code: writePersonCode({ person: root.publicKey, root: root.publicKey }),
    async addDevice() {
      const more = { ...device, loginKey: KeyPair.generate().publicKey }
      const next = { devices: [device, more], unixSeconds: nowSeconds }
      const after = writeDeviceHistory(signNextDevices(history, next, root))
      await client.api.publishDevices({ lists: [...after.lists], devices: [] })
    },
    chat,
    begin: did =>
      until(`${name} can write to ${did}`, async () => {
        try {
          return await chat.createPrivate(url, did)
        } catch (error) {
          if ((error as { code?: string }).code !== 'no-devices') throw error
          for (const each of chat.conversations) if (each.members.length < 2) await chat.forget(each)
          return undefined
        }
      }),
    reads: text =>
      until(`${name} reads "${text}"`, () =>
        chat.conversations.find(({ messages }) => messages.some(each => each.text === text)),
      ),
    async [Symbol.asyncDispose]() {
      chat.close()
      carriers.close()
    },
  }
}

export interface MemoryJournals extends Journals {
  recordsOf(name: string): readonly Uint8Array[]
}

export function memoryJournals(): MemoryJournals {
  const all = new Map<string, readonly Uint8Array[]>()
  return {
    recordsOf: name => all.get(name) ?? [],
    async open(name) {
      return {
        async append(record) {
          all.set(name, [...(all.get(name) ?? []), record])
        },
        async replace(records) {
          all.set(name, records)
        },
        async *read() {
          yield* all.get(name) ?? []
        },
      }
    },
    async remove(name) {
      all.delete(name)
    },
  }
}
