/**
 * The chat of the node's user on this device. It runs in a worker thread, which loads the MLS
 * library.
 */
import { type CallOptions, CHAT as CONTRACT } from '@shoal/api'
import { type ChatCalls, statusWithout } from '@shoal/chat/operations'
import { systemRandom } from '@shoal/torrent/base'
import { CONTACT_PERSONS } from '../contacts/service.ts'
import { OWN_PERSON } from '../devices/service.ts'
import { HUBS } from '../hubs/service.ts'
import { capability } from '../kernel/capability.ts'
import { signaledPeers } from '../kernel/signaled-peers.ts'
import { NETWORK } from '../network/service.ts'
import { PERSONS } from '../people/service.ts'
import { ChatPeople } from './chat-people.ts'
import { DirectPeers } from './direct-peers.ts'
import { OwnChat } from './own-chat.ts'
import { SignaledChat } from './signaled-chat.ts'
import { CHAT_TABLES } from './tables.ts'

export const CHAT = capability({
  contract: CONTRACT,
  migrations: CHAT_TABLES,
  needs: { person: OWN_PERSON, persons: PERSONS, hubs: HUBS },
  wants: { contacts: CONTACT_PERSONS, network: NETWORK },
  start(kernel, { person, persons, hubs, contacts, network }) {
    const { clock, database, dataDir, events, log, room, route, settings, ticker } = kernel
    const people = new ChatPeople({
      ...{ database, persons, contacts, own: person },
      clientFor: hub => hubs.clientFor(hub),
      nowMs: () => clock.nowMs(),
      onOlder: (did, hub) => log.warn(`${hub} has shown an older device list of ${did} than is known here`),
    })
    const direct = new DirectPeers({ contacts: () => persons.contacts(), clock, random: systemRandom })
    const signaled = new SignaledChat({
      ...{ clock, random: systemRandom },
      // The WebRTC library cannot be bound to a proxy or an interface.
      isAllowed: () => route === null && settings.current.network.webrtc,
      iceServers: () => settings.current.network.iceServers,
      openPeers: iceServers => signaledPeers(kernel, iceServers),
    })
    const own = new OwnChat({
      ...{ dataDir, person, hubs, people, direct, signaled, clock, log },
      settings: () => settings.current.chat,
      publish: event => events.publish('chat', event),
    })
    const update = () => void own.update()
    const ends = [
      person.onChanged(update),
      hubs.onChanged(update),
      settings.onChanged(() => {
        update()
        signaled.update()
      }),
      persons.onContacts(() => direct.contactsChanged()),
      ticker.every('the connections of the chat', () => direct.tick()),
      ticker.every('the persons of the chat', () => people.tick()),
    ]
    network?.use((host, openPeers) => {
      const opened = Promise.all([openPeers(), import('@shoal/network/host')]).then(
        ([peers, { openKeyStreams }]) => direct.open(host, peers, openKeyStreams),
      )
      opened.catch(error => log.warn(`the chat cannot connect to contacts: ${error}`))
      return async () => (await opened)()
    })
    room.onReturned(() => void own.retry())
    return {
      operations: operationsOf(own),
      health: () => (own.problem === null ? [] : [own.problem]),
      begin: update,
      async close() {
        for (const end of ends) end()
        await own.close()
        people.close()
      },
    }
  },
})

function operationsOf(own: OwnChat): ChatCalls {
  const calls = Object.keys(CONTRACT.operations).map(name => {
    const call = (input: unknown, options?: CallOptions) => own.operation(name, input, options)
    return [name, call] as const
  })
  const { getChat, ...others } = Object.fromEntries(calls) as unknown as ChatCalls
  return { ...others, getChat: (...given) => getChat(...given).catch(statusWithout) }
}
