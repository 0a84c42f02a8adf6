import type { IncomingHttpHeaders } from 'node:http'
import { network } from '@shoal/daemon/login'
import { type Family, gauge } from '@shoal/daemon/metrics'
import { ROOMS } from '@shoal/hub-api'
import { Inboxes, ROOM_TABLES, RoomLogs } from '@shoal/hub-stores'
import { readDevice } from '@shoal/identity/devices'
import { systemClock, systemRandom } from '@shoal/torrent/base'
import { AddressSet, callerAddress } from '@shoal/tracker'
import { fromBase64url } from '../kernel/base64url.ts'
import { capability } from '../kernel/capability.ts'
import type { HubKernel } from '../kernel/kernel.ts'
import { LOGINS } from '../login/service.ts'
import { type Found, MODERATION } from '../moderation/service.ts'
import { STUN } from '../stun/service.ts'
import { type Channel, guestName, isGuest, type Member, SERVICE_LIMITS } from './contracts.ts'
import { hubSigner } from './hub-signer.ts'
import { RoomService } from './room-service.ts'
import { RoomSockets } from './socket-server.ts'

const HOUR_MS = 3_600_000
/** Name of an entry in reports: its room and number. */
const ENTRY = /^([\w-]{43}):([1-9]\d{0,15})$/
/** A device that was offline for longer requests another transfer. */
const TRANSFER_MS = 24 * HOUR_MS

/** Room logs and inboxes. */
export const rooms = capability({
  contract: ROOMS,
  tables: ROOM_TABLES,
  needs: { logins: LOGINS },
  wants: { moderation: MODERATION, stun: STUN },
  start(kernel, { logins, moderation, stun }) {
    const { database, people, callers, log, now, given } = kernel
    const rooms = new RoomLogs(database, now)
    const stores = { rooms, inboxes: new Inboxes(database, now) }
    moderation?.serve('entry', { find: id => findEntry(rooms, id) })
    /** Headers with which each member connected, to check the session again. */
    const headersOf = new WeakMap<Member, IncomingHttpHeaders>()
    const memberOf = async (headers: IncomingHttpHeaders): Promise<Member | null> => {
      const caller = await callers.of(headers)
      if (!caller) return null
      const { did, sessionId, device } = caller
      const member = { did, sessionId, device }
      headersOf.set(member, headers)
      return member
    }
    const proxies = new AddressSet(given.trustedProxy ?? [])
    const service = new RoomService({
      ...{ stores, clock: systemClock, random: systemRandom, signer: hubSigner(kernel.hubKey) },
      secret: kernel.secretFor('posters in rooms'),
      openChannel: onFrame => openChannel(kernel, onFrame),
      stunPort: () => stun?.port ?? null,
      isHere: hub => hub === kernel.did || kernel.origins.includes(hub),
      async deviceKeys(did) {
        const devices = await people.deviceLists.devices(did)
        return devices.map(({ description }) => readDevice(description).loginKey)
      },
      isActive: async member => isGuest(member) || (await callers.of(headersOf.get(member)!)) !== null,
      onError: error =>
        log.error('A request for a room failed', { error: (error as Error).stack ?? String(error) }),
    })
    const sockets = new RoomSockets(service, {
      maxConnections: SERVICE_LIMITS.connections,
      authenticate(request, session) {
        if (session !== undefined) return memberOf({ authorization: `Bearer ${session}` })
        // Browsers also send cookies with connections opened by other sites' pages.
        const { cookie, origin } = request.headers
        const isOwn = origin !== undefined && kernel.origins.includes(origin)
        return isOwn && cookie !== undefined ? memberOf({ cookie }) : Promise.resolve(null)
      },
      admitGuest(request) {
        if (!given.roomGuests) return null
        const did = guestName(network(callerAddress(request, proxies)))
        return { did, sessionId: '', device: null }
      },
    })
    const removeTransfers = () =>
      rooms.removeTransfers(now() - TRANSFER_MS).catch((error: Error) => {
        log.error('Rooms of old transfers could not be removed', { error: error.message })
      })
    const sweeper = setInterval(() => void removeTransfers(), HOUR_MS).unref()
    const stopEnding = logins.onEnded(did => service.checkAccount(did))
    return {
      metrics: () => families(service),
      onHttpServer: server => sockets.attachTo(server),
      drain: withinMs => service.drain(withinMs),
      close() {
        clearInterval(sweeper)
        stopEnding()
        service.close()
        sockets.close()
      },
    }
  },
})

/**
 * An entry is identified by its number only: the hub cannot read it, and does not know who posted
 * it.
 */
async function findEntry(rooms: RoomLogs, id: string): Promise<Found | null> {
  const [, room, sequence] = ENTRY.exec(id) ?? []
  if (room === undefined) return null
  const { head } = await rooms.get(fromBase64url(room))
  return Number(sequence) <= head.sequence ? { text: null, author: null, hidden: null, listing: null } : null
}

function openChannel({ channels }: HubKernel, onFrame: (frame: Uint8Array) => void): Channel {
  let joins = 0
  const channel = channels.open('rooms', onFrame, () => void joins++)
  return {
    get joins() {
      return joins
    },
    get state() {
      return channels.isAlone ? 'alone' : channel.isJoined ? 'joined' : 'away'
    },
    publish: frame => channel.publish(frame),
  }
}

function families(service: RoomService): readonly Family[] {
  const { connections, rooms } = service.counts()
  return [
    gauge('hub_room_connections', 'Clients of room logs that are connected to this process.', connections),
    gauge('hub_rooms_followed', 'Rooms that clients of this process follow.', rooms),
  ]
}
