/**
 * The connection of a device to one hub. It stays connected, and logs in again when its session has
 * ended.
 */
import type { HubApi } from '@shoal/hub-api/client'
import type { DeviceClient } from '@shoal/hub-api/device-client'
import { type Connect, RoomError, socketConnect } from '@shoal/hub-api/rooms'
import type { Clock, Random } from '@shoal/torrent/base'
import { type LinkListener, RoomsLink } from './rooms-link.ts'

/** How this device reaches a hub. */
export interface HubAccess {
  /** Logs in as this device. */
  readonly device: Pick<DeviceClient, 'session' | 'forget'> & {
    readonly api: Pick<HubApi, 'addKeyPackages' | 'getKeyPackages' | 'takeKeyPackages'>
  }
  /** The hub's public key for heads, if known. Otherwise the first one is pinned. */
  readonly hub?: Uint8Array
  /** Connects with a session secret. Default: over Socket.IO. */
  readonly connect?: (session: string) => Connect
}

type LoginError = Error & { readonly code?: string; readonly retryAfterSeconds?: number }

/** A device that may not log in does not retry: failures count against its address. */
const FINAL_LOGINS = ['bad-login', 'bad-device-list', 'forbidden']

export class HubLink extends RoomsLink {
  readonly home: string
  readonly access: HubAccess

  constructor(
    home: string,
    access: HubAccess,
    { clock, random }: { readonly clock: Clock; readonly random: Random },
    listener: LinkListener,
  ) {
    const hub = access.hub && { hub: access.hub }
    super({ connect: loggedIn(home, access), clock, random, ...hub }, listener)
    this.home = home
    this.access = access
  }
}

/** Connects with the existing session, or starts a new one. */
function loggedIn(url: string, { device, connect }: HubAccess): Connect {
  const open = connect ?? (session => socketConnect({ url, session }))
  return async (events, options) => {
    const session = await device.session().catch((error: LoginError) => {
      const code = FINAL_LOGINS.includes(error.code ?? '') ? 'unauthorized' : 'unavailable'
      const seconds = error.retryAfterSeconds
      throw new RoomError(code, `This device could not log in: ${error.message}`, {
        cause: error,
        ...(seconds !== undefined && { afterMs: 1000 * seconds }),
      })
    })
    options.signal.throwIfAborted()
    const received = (name: string, body: unknown) => events.received(name, body)
    const closed = (reason: string, isFinal: boolean) => {
      if (isFinal) device.forget()
      events.closed(reason, false)
    }
    try {
      return await open(session)({ received, closed }, options)
    } catch (error) {
      if (!(error instanceof RoomError) || error.code !== 'unauthorized') throw error
      device.forget()
      throw new RoomError('unavailable', 'The session has ended: logging in again', { cause: error })
    }
  }
}
