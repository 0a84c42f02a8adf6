import { withTimeLimit } from '../base/abort.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { OpenDatagram } from '../transport/datagram.ts'
import { MAX_DESCRIPTION_BYTES, readDescription } from './igd-description.ts'
import { type LocalNetwork, type MappingProtocol, RouterError } from './protocol.ts'
import type { RouterHttp } from './router-http.ts'
import { isSameAddress } from './router-port.ts'
import { parseLocation, type RouterUrl } from './router-url.ts'
import { decodeSsdp, encodeSearch, GATEWAY_TYPES, SSDP_GROUPS, SSDP_PORT } from './ssdp.ts'
import { chooseService } from './upnp-protocol.ts'

/** UPnP Device Architecture 1.1 section 1.3.2: searches are repeated, since datagrams are lost. */
const SEARCH_AT_MS = [0, 500, 1500]
const WAIT_MS = 4000
const DESCRIPTION_LIMIT_MS = 6000
/** Maximum number of descriptions that are fetched. */
const MAX_DEVICES = 4

export interface UpnpSearch {
  readonly clock: Clock
  readonly random: Random
  readonly openDatagram: OpenDatagram
  readonly http: RouterHttp
  readonly network: LocalNetwork
}

/** A device that maps ports, and its announced boot ID for the current run. */
export interface FoundDevice {
  readonly protocol: MappingProtocol
  readonly bootId: string | undefined
}

/**
 * Searches a network for Internet Gateway Devices. Resolves to the first usable one, the default
 * router if it is among them. Rejects with a RouterError if there is none, or with the signal's
 * reason.
 */
export async function findDevice(search: UpnpSearch, signal: AbortSignal): Promise<FoundDevice> {
  const { clock, openDatagram, network } = search
  const { family, gateway, address } = network
  const socket = await openDatagram({ family, port: 0, host: address, unref: true })
  const ended = new AbortController()
  const stop = () => ended.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  const cancels: (() => void)[] = []
  try {
    return await new Promise<FoundDevice>((resolve, reject) => {
      signal.throwIfAborted()
      ended.signal.addEventListener('abort', () => reject(ended.signal.reason))
      const seen = new Set<string>()
      let fallback: FoundDevice | null = null
      let failure: unknown = new RouterError('no-answer', 'No router answers to UPnP')
      let pending = 0
      let isOver = false
      const finish = () => {
        if (!isOver || pending > 0) return
        if (fallback) resolve(fallback)
        else reject(failure)
      }
      socket.onMessage = (bytes, sender) => {
        const message = decodeSsdp(bytes)
        if (message?.kind !== 'answer' || !isGatewayType(message.type)) return
        const location = parseLocation(message.location ?? '', sender, network)
        if (!location) return
        const key = `${location.host} ${location.port} ${location.path}`
        if (seen.has(key) || seen.size >= MAX_DEVICES) return
        seen.add(key)
        pending++
        describe(search, location, ended.signal)
          .then(
            protocol => {
              const device = { protocol, bootId: message.bootId }
              // Routers answer from another address than their link-local one.
              if (gateway === null || family === 6 || isSameAddress(sender, gateway)) resolve(device)
              else fallback ??= device
            },
            error => {
              failure = error
            },
          )
          .finally(() => {
            pending--
            finish()
          })
      }
      const zone = gateway?.split('%')[1] ?? network.name
      const group = family === 4 ? SSDP_GROUPS[4] : `${SSDP_GROUPS[6]}%${zone}`
      const places = gateway === null ? [group] : [group, gateway]
      for (const atMs of SEARCH_AT_MS) {
        const send = () => {
          for (const host of places)
            for (const type of GATEWAY_TYPES)
              socket.send(encodeSearch(type, host.replace(/%.*$/, '')), host, SSDP_PORT)
        }
        cancels.push(clock.after(atMs, send))
      }
      cancels.push(
        clock.after(WAIT_MS, () => {
          isOver = true
          finish()
        }),
      )
    })
  } finally {
    signal.removeEventListener('abort', stop)
    for (const cancel of cancels) cancel()
    ended.abort(new RouterError('no-answer', 'The search is over'))
    await socket.close()
  }
}

export function isGatewayType(type: string): boolean {
  return (GATEWAY_TYPES as readonly string[]).includes(type)
}

/** Reads a device's description. Rejects if it does not map ports. */
async function describe(
  search: UpnpSearch,
  location: RouterUrl,
  signal: AbortSignal,
): Promise<MappingProtocol> {
  const { clock, http, network } = search
  const request = {
    method: 'GET',
    headers: {},
    localAddress: network.address,
    maxBytes: MAX_DESCRIPTION_BYTES,
  } as const
  const silent = () => new RouterError('no-answer', `The router at ${location.host} does not answer`)
  const { status, body } = await withTimeLimit(clock, DESCRIPTION_LIMIT_MS, signal, silent, limit =>
    http(location, request, limit),
  )
  if (status !== 200)
    throw new RouterError('router-error', `The router at ${location.host} answers with HTTP status ${status}`)
  const services = readDescription(body, location)
  const protocol = await chooseService({ ...search, services }, signal)
  if (!protocol)
    throw new RouterError('no-answer', `The router at ${location.host} offers no port mapping by UPnP`)
  return protocol
}
