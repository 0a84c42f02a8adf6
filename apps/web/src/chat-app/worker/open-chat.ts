/**
 * The chat of this browser: a device whose journals are in IndexedDB, and the hubs where it is a
 * member.
 */
import type { ChatEvent } from '@shoal/api'
import { BrowserJournals } from '@shoal/chat/browser'
import { ChatDevice } from '@shoal/chat/device'
import { DirectRooms } from '@shoal/chat/direct'
import { deviceCredential, type GroupDevice } from '@shoal/chat/groups'
import { type AskedPerson, HubCarriers, HubPeople } from '@shoal/chat/hub'
import { type ChatCalls, ChatEvents, chatOperations } from '@shoal/chat/operations'
import type { DeviceClient } from '@shoal/hub-api/device-client'
import { parseDidKey } from '@shoal/identity'
import { deviceHash } from '@shoal/identity/devices'
import type { RtcFactory } from '@shoal/torrent'
import { hex, systemClock, systemRandom } from '@shoal/torrent/base'
import type { ChatContact } from '../../features/chat/chat-client.ts'
import { fromText } from '../../shared/identity/identity.ts'
import { openMessageKey } from '../../shared/identity/message-key.ts'
import { clientOf, fetchHub, learnLists } from '../device/become.ts'
import { type ChatBrowser, type ChatSettings, listsForCredential } from '../device/chat-browser.ts'
import { type ContactCalls, contactCalls, viewContact } from './contacts.ts'
import { DirectDevices } from './direct-devices.ts'
import type { Fault } from './protocol.ts'

/** Device lists of others are requested again after this time. */
const ASK_AGAIN_MS = 3600 * 1000

export interface ChatOwner {
  publish(event: ChatEvent): void
  fault(fault: Fault): void
  /** Receives all persons with alarms, at the start and after each change. */
  warned(persons: readonly ChatContact[]): void
  /** Called if the journals cannot be written: the chat has ended. */
  failed(error: unknown): void
}

export interface OpenChat {
  readonly calls: ChatCalls & ContactCalls
  /** Takes effect with the next message. */
  set(settings: ChatSettings): void
  /** Connects directly with devices of contacts from now on, unless the settings say otherwise. */
  useRtc(rtc: RtcFactory): void
}

/**
 * Opens the chat; this works offline. Rejects with `in-use` while another window has it open, and
 * with `bad-credential` or `damaged`.
 */
export async function openChat(kept: ChatBrowser, owner: ChatOwner): Promise<OpenChat> {
  const journals = await BrowserJournals.open(hex(deviceHash(kept.description)))
  const clients = new Map<string, DeviceClient>(kept.hubs.map(hub => [hub.url, clientOf(kept, hub)]))
  const keys = new Map(kept.hubs.map(({ url, key }) => [url, parseDidKey(key)]))
  const people = await HubPeople.open({
    ...{ journals, clock: systemClock },
    ask: (did, home) => askHub(clients.get(home)!, did),
  })
  const carriers = new HubCarriers({
    ...{ homes: [...clients.keys()], journals, clock: systemClock, random: systemRandom },
    access(home) {
      const device = clients.get(home)
      if (!device) throw new Error(`This device has no account at ${home}`)
      return { device, hub: keys.get(home)! }
    },
    onConnected: () => direct?.signals?.changed(),
    onError: ({ message }) => owner.fault({ hub: kept.hubs[0]!.name, message }),
  })
  const open = { settings: kept.settings }
  const ports = {
    ...{ people, clock: systemClock },
    ownDid: () => kept.did,
    nameOf: (did: string) => people.nameOf(did),
    // Ended as soon as a hub shows another key.
    isVerified: (did: string) => (people.known(did)?.verified ?? null) !== null,
    hubs: () => kept.hubs,
    letsGuestsIn: async (url: string) => (await fetchHub(url)).info.roomGuests,
    settings: () => open.settings,
    publish(event: ChatEvent) {
      owner.publish(event)
      if (event.type !== 'chat') return
      meet(event.conversation)
      direct?.signals?.changed()
    },
  }
  let isOpen = false
  let direct: DirectDevices | null = null
  const met = new Set<string>()
  /** Looks up persons in a conversation, or in all (null), who have not been looked up before. */
  function meet(id: string | null): void {
    if (!isOpen) return
    const of = chat.conversations.filter(each => id === null || hex(each.id) === id)
    for (const [did, home] of personsOf(of)) {
      if (met.has(did) || people.known(did)) continue
      met.add(did)
      people.find(did, home).catch(() => met.delete(did))
    }
  }
  const events = new ChatEvents(ports)
  const device = {
    credential: deviceCredential(listsForCredential(kept), kept.description),
    messageKey: await openMessageKey(kept.messageKey),
  }
  const { rooms: hubRooms, inboxes, keyPackages } = carriers
  const shared = { journals, people, clock: systemClock, random: systemRandom }
  const rooms = new DirectRooms({ ...shared, rooms: hubRooms, device })
  const chat = await ChatDevice.open({
    ports: { ...shared, rooms, inboxes, keyPackages },
    device,
    listener: Object.assign(events, {
      failed: (error: unknown) => owner.failed(error),
      signal: (from: GroupDevice, bytes: Uint8Array) => direct?.signals?.received(from, bytes),
    }),
  })
  const own = deviceHash(kept.description)
  const stun = () => carriers.stunServers
  const devices = new DirectDevices({ ...shared, rooms, device, chat, own, stun })
  direct = devices
  isOpen = true
  const warn = () =>
    owner.warned(
      people.all.filter(({ alarms, isBlocked }) => alarms.length > 0 && !isBlocked).map(viewContact),
    )
  people.listen(did => {
    owner.publish({ type: 'chat', conversation: null, messages: null })
    warn()
    direct?.signals?.changed()
    if (did === kept.did) void learnLists(kept).catch(() => {})
  })
  for (const { url } of kept.hubs) void chat.announce(url)
  warn()
  const refresh = () => {
    const contacts = people.all.filter(({ isContact }) => isContact)
    const asked = new Map([
      ...contacts.map(({ did }) => [did, kept.hubs[0]!.url] as const),
      ...personsOf(chat.conversations),
    ])
    for (const [did, home] of asked) void people.find(did, home).catch(() => {})
    void learnLists(kept).catch(() => {})
    systemClock.after(ASK_AGAIN_MS, refresh)
  }
  refresh()
  const calls = {
    ...chatOperations(() => ({ chat, events }), ports),
    ...contactCalls(people, kept, () => systemClock.unixMs()),
  }
  return {
    calls,
    set(settings) {
      open.settings = settings
      devices.isAllowed = settings.direct !== false
    },
    useRtc(rtc) {
      devices.isAllowed = open.settings.direct !== false
      devices.rtc = rtc
    },
  }
}

async function askHub({ api }: DeviceClient, did: string): Promise<AskedPerson | null> {
  try {
    const [{ lists }, { name }] = await Promise.all([api.getDevices({ did }), api.getMember({ did })])
    return { lists: lists.map(fromText), name }
  } catch (error) {
    if ((error as { code?: string }).code === 'not-found') return null
    throw error
  }
}

/** Returns all persons in conversations, each with the hub of one of these. */
function personsOf(conversations: ChatDevice['conversations']): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { home, members, invitedBy } of conversations) {
    for (const { did } of members) found.set(did, home)
    if (invitedBy !== null) found.set(invitedBy, home)
  }
  return found
}
