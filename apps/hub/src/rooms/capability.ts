import type { IncomingHttpHeaders } from 'node:http'
import { type Family, gauge } from '@shoal/daemon/metrics'
import { ROOMS } from '@shoal/hub-api'
import { readDevice } from '@shoal/identity/devices'
import { systemClock, systemRandom } from '@shoal/torrent/base'
import { capability } from '../kernel/capability.ts'
import type { HubKernel } from '../kernel/kernel.ts'
import { LOGINS } from '../login/service.ts'
import { TRACKER_FRONTS } from '../tracker/service.ts'
import { type Channel, type Member, SERVICE_LIMITS } from './contracts.ts'
import { hubSigner } from './hub-signer.ts'
import { RoomService } from './room-service.ts'
import { RoomSockets } from './socket-server.ts'

const HOUR_MS = 3_600_000
/** A device that was away for longer asks for another transfer. */
const TRANSFER_MS = 24 * HOUR_MS

/** Room logs and inboxes. */
export const rooms = capability({
  contract: ROOMS,
  needs: { logins: LOGINS, fronts: TRACKER_FRONTS },
  start(kernel, { logins, fronts }) {
    const { stores, callers, log } = kernel
    /** The headers with which each member connected, to check the session again. */
    const headersOf = new WeakMap<Member, IncomingHttpHeaders>()
    const memberOf = async (headers: IncomingHttpHeaders): Promise<Member | null> => {
      const caller = await callers.of(headers)
      if (!caller) return null
      const { did, sessionId, device } = caller
      const member = { did, sessionId, device }
      headersOf.set(member, headers)
      return member
    }
    const service = new RoomService({
      ...{ stores, clock: systemClock, random: systemRandom, signer: hubSigner(kernel.hubKey) },
      secret: kernel.secretFor('posters in rooms'),
      openChannel: onFrame => openChannel(kernel, onFrame),
      stunPort: () => fronts.stunPort,
      isHere: hub => hub === kernel.did || kernel.origins.includes(hub),
      async deviceKeys(did) {
        const devices = await stores.deviceLists.devices(did)
        return devices.map(({ description }) => readDevice(description).loginKey)
      },
      isActive: async member => (await callers.of(headersOf.get(member)!)) !== null,
      onError: error =>
        log.error('A request for a room failed', { error: (error as Error).stack ?? String(error) }),
    })
    const sockets = new RoomSockets(service, {
      maxConnections: SERVICE_LIMITS.connections,
      authenticate(request, session) {
        if (session !== undefined) return memberOf({ authorization: `Bearer ${session}` })
        // Browsers send cookies with connections that pages of others open.
        const { cookie, origin } = request.headers
        const isOwn = origin !== undefined && kernel.origins.includes(origin)
        return isOwn && cookie !== undefined ? memberOf({ cookie }) : Promise.resolve(null)
      },
    })
    const removeTransfers = () =>
      stores.rooms.removeTransfers(kernel.now() - TRANSFER_MS).catch((error: Error) => {
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
