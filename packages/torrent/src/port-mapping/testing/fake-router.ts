import { utf8 } from '../../base/bytes.ts'
import { delay } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import { seededRandom } from '../../base/random.ts'
import { settle, VirtualClock } from '../../base/virtual-clock.ts'
import type { DatagramSocket } from '../../transport/datagram.ts'
import { MemoryDatagramNetwork } from '../../transport/memory-datagram.ts'
import { CONNECTION_TYPES } from '../igd-description.ts'
import { type MapperOptions, type RouterNetwork, RouterPortMapper } from '../mapper.ts'
import { decodePcp } from '../pcp.ts'
import type { MappedTransport, PortMapping } from '../port-mapping.ts'
import type { LocalNetwork } from '../protocol.ts'
import type { RouterHttp } from '../router-http.ts'
import { ROUTER_PORT } from '../router-port.ts'
import { GATEWAY_TYPES, SSDP_GROUPS, SSDP_PORT } from '../ssdp.ts'
import { childOf, parseXml } from '../xml.ts'

export const ROUTER = '192.168.1.1'
export const MACHINE = '192.168.1.2'
const LATENCY_MS = 5

export interface RouterBehavior {
  pcp?: boolean
  natPmp?: boolean
  upnp?: boolean
  externalAddress?: string
  /** Version of the UPnP service. */
  igd?: 1 | 2
  /** Grants only permanent leases (error 725). */
  permanentOnly?: boolean
  /** Requires both ports to be equal (error 724). */
  samePorts?: boolean
  /** Overwrites mappings of other machines without an error, as some routers do. */
  overwrites?: boolean
  refuses?: boolean
  /** Has a clock that reports a restart with each answer. */
  jumps?: boolean
  /** Longest lifetime that is granted, in seconds. */
  maxLifetime?: number
  /** Answers searches with this URL instead of its own. */
  location?: string
}

interface Entry {
  readonly client: string
  readonly internalPort: number
  expiresMs: number
}

/**
 * A home router in memory, with a machine behind it. It speaks PCP, NAT-PMP and UPnP, all of them
 * by default.
 */
export class FakeRouter {
  readonly clock = new VirtualClock()
  readonly behavior: RouterBehavior
  readonly datagrams = new MemoryDatagramNetwork({
    clock: this.clock,
    random: seededRandom(3),
    latencyMs: LATENCY_MS,
  })
  /** By `tcp 6881`. */
  readonly entries = new Map<string, Entry>()
  /** Actions and URLs that were requested by HTTP. */
  readonly requests: string[] = []
  machine = MACHINE
  isOn = true
  #bornMs = -3_600_000
  #bootId = 1
  #answerCount = 0
  readonly #sockets: DatagramSocket[] = []

  private constructor(behavior: RouterBehavior) {
    this.behavior = { pcp: true, natPmp: true, upnp: true, externalAddress: '80.1.2.3', igd: 2, ...behavior }
  }

  static async start(behavior: RouterBehavior = {}): Promise<FakeRouter> {
    const router = new FakeRouter(behavior)
    const open = router.datagrams.host({ 4: ROUTER })
    const mapping = await open({ family: 4, port: ROUTER_PORT })
    mapping.onMessage = (bytes, host, port) => {
      const answer = router.isOn ? router.#answer(bytes, host) : null
      if (answer) mapping.send(answer, host, port)
    }
    const group = SSDP_GROUPS[4]
    const search = await open({ family: 4, port: SSDP_PORT, multicast: { group } })
    search.onMessage = (bytes, host, port) => {
      if (
        !router.isOn ||
        !router.behavior.upnp ||
        !new TextDecoder().decode(bytes).includes(GATEWAY_TYPES[0])
      )
        return
      search.send(router.#ssdp('HTTP/1.1 200 OK', 'ST'), host, port)
    }
    router.#sockets.push(mapping, search)
    return router
  }

  /** Opens a mapper on the machine behind the router. */
  open(options: Partial<MapperOptions> = {}): RouterPortMapper {
    const network: RouterNetwork = {
      clock: this.clock,
      random: seededRandom(5),
      openDatagram: given => this.datagrams.host({ 4: this.machine })(given),
      http: this.#http,
      localNetworks: async () => [this.network],
    }
    return new RouterPortMapper(network, {
      host: undefined,
      ports: { tcp: 6881, udp: 6881 },
      onChange() {},
      ...options,
    })
  }

  get network(): LocalNetwork {
    return { family: 4, name: 'eth0', address: this.machine, prefixLength: 24, gateway: ROUTER }
  }

  /** The mappings of the router as `tcp 6881 > 192.168.1.2:6881`, sorted. */
  get mapped(): string[] {
    const now = this.clock.nowMs()
    const live = [...this.entries].filter(([, { expiresMs }]) => expiresMs > now)
    return live.map(([key, { client, internalPort }]) => `${key} > ${client}:${internalPort}`).sort()
  }

  /** Advances time until the mapper is done. Returns its mappings. */
  async until(
    mapper: RouterPortMapper,
    condition: (mappings: readonly PortMapping[]) => boolean,
    limitMs = 60_000,
  ) {
    const isDone = () => !mapper.status.searching && condition(mapper.status.mappings)
    if (!(await this.clock.until(isDone, limitMs)))
      throw new Error(`not within ${limitMs} ms: ${JSON.stringify(mapper.status)}`)
    return mapper.status.mappings
  }

  /** Forgets all mappings, like a router that was switched off and on. */
  async restart({ announce = true } = {}): Promise<void> {
    this.entries.clear()
    this.#bornMs = this.clock.nowMs()
    this.#bootId++
    if (!announce) return
    const socket = await this.datagrams.host({ 4: ROUTER })({ family: 4, port: 0 })
    if (this.behavior.natPmp) socket.send(this.#natPmpAddress(), '224.0.0.1', 5350)
    if (this.behavior.upnp) {
      const alive = this.#ssdp('NOTIFY * HTTP/1.1', 'NT', 'NTS: ssdp:alive\r\n')
      socket.send(alive, SSDP_GROUPS[4], SSDP_PORT)
    }
    await settle()
    await socket.close()
  }

  /** Closes a mapper while time passes. */
  async close(mapper: RouterPortMapper): Promise<void> {
    let isClosed = false
    const closing = mapper.close().then(() => {
      isClosed = true
    })
    await this.clock.until(() => isClosed, 10_000)
    await closing
  }

  #answer(bytes: Uint8Array, client: string): Uint8Array | null {
    if (bytes[0] === 2) {
      if (this.behavior.pcp) return this.#answerPcp(bytes, client)
      return this.behavior.natPmp ? Uint8Array.of(0, 0x80, 0, 1, ...this.#epoch()) : null
    }
    if (!this.behavior.natPmp) return null
    if (bytes[1] === 0) return this.#natPmpAddress()
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const transport = bytes[1] === 1 ? 'udp' : 'tcp'
    const [internal, lifetime] = [view.getUint16(4), view.getUint32(8)]
    const head = [0, 0x80 + bytes[1]!, 0, this.behavior.refuses ? 2 : 0, ...this.#epoch()]
    const port = this.behavior.refuses
      ? 0
      : this.#map(transport, view.getUint16(6), client, internal, lifetime)
    return Uint8Array.of(...head, ...u16(internal), ...u16(port), ...u32(this.#granted(lifetime)))
  }

  #answerPcp(bytes: Uint8Array, client: string): Uint8Array {
    const answer = bytes.slice()
    const view = new DataView(answer.buffer)
    answer[1]! |= 0x80
    answer[3] = this.behavior.refuses && bytes[1] === 1 ? 2 : 0
    const lifetime = view.getUint32(4)
    answer.set(u32(this.#granted(lifetime)), 4)
    answer.set(this.#epoch(), 8)
    answer.fill(0, 12, 24)
    const map = decodePcp(answer)
    if (map === null || map === 'unsupported-version' || !map.map || answer[3] !== 0) return answer
    const { transport, internalPort, externalPort } = map.map
    view.setUint16(42, this.#map(transport, externalPort, client, internalPort, lifetime))
    answer.set([0xff, 0xff, ...this.#address()], 54)
    return answer
  }

  #natPmpAddress(): Uint8Array {
    return Uint8Array.of(0, 0x80, 0, 0, ...this.#epoch(), ...this.#address())
  }

  /** Maps a port, or another one if it is taken. Returns the mapped port. */
  #map(
    transport: MappedTransport,
    wanted: number,
    client: string,
    internalPort: number,
    lifetime: number,
  ): number {
    const held = [...this.entries].find(
      ([key, entry]) =>
        key.startsWith(transport) && entry.client === client && entry.internalPort === internalPort,
    )
    if (held) this.entries.delete(held[0])
    if (lifetime === 0) return 0
    let port = held ? Number(held[0].split(' ')[1]) : wanted
    while (this.entries.has(`${transport} ${port}`)) port++
    this.#put(`${transport} ${port}`, client, internalPort, this.#granted(lifetime))
    return port
  }

  #put(key: string, client: string, internalPort: number, lifetimeSeconds: number): void {
    const lifetimeMs = lifetimeSeconds === 0 ? Number.POSITIVE_INFINITY : lifetimeSeconds * 1000
    this.entries.set(key, { client, internalPort, expiresMs: this.clock.nowMs() + lifetimeMs })
  }

  #granted(lifetime: number): number {
    return Math.min(lifetime, this.behavior.maxLifetime ?? 86_400)
  }

  #epoch(): number[] {
    if (this.behavior.jumps) return u32(1_000_000 - 1000 * ++this.#answerCount)
    return u32(Math.floor((this.clock.nowMs() - this.#bornMs) / 1000))
  }

  #address(): number[] {
    return this.behavior.externalAddress!.split('.').map(Number)
  }

  #ssdp(start: string, typeName: string, more = ''): Uint8Array {
    const location = this.behavior.location ?? `http://${ROUTER}:5000/desc.xml`
    const lines = `LOCATION: ${location}\r\nBOOTID.UPNP.ORG: ${this.#bootId}\r\n${more}`
    return utf8(`${start}\r\n${typeName}: ${GATEWAY_TYPES[0]}\r\n${lines}\r\n`)
  }

  readonly #http: RouterHttp = async (url, request, signal) => {
    await delay(this.clock, LATENCY_MS, signal)
    if (!this.isOn || url.host !== ROUTER) {
      this.requests.push(`${url.host}:${url.port}`)
      throw new ShoalError('unreachable', `Cannot reach the router at ${url.host}`)
    }
    if (request.method === 'GET') {
      this.requests.push(url.path)
      return { status: 200, body: utf8(this.#description()) }
    }
    const action = childOf(parseXml(request.body!), 'Body')!.children[0]!
    const values = Object.fromEntries(action.children.map(({ name, text }) => [name, text]))
    this.requests.push(action.name)
    const result = this.#act(action.name, values)
    const body =
      typeof result === 'number'
        ? `<Fault><detail><UPnPError><errorCode>${result}</errorCode></UPnPError></detail></Fault>`
        : `<${action.name}Response>${Object.entries(result)
            .map(([name, text]) => `<${name}>${text}</${name}>`)
            .join('')}</${action.name}Response>`
    return {
      status: typeof result === 'number' ? 500 : 200,
      body: utf8(`<Envelope><Body>${body}</Body></Envelope>`),
    }
  }

  #description(): string {
    const type = CONNECTION_TYPES[this.behavior.igd === 2 ? 0 : 1]
    return `<root><device><serviceList><service><serviceType>${type}</serviceType><controlURL>/ctl</controlURL></service></serviceList></device></root>`
  }

  /** Returns the values of the answer, or an error. */
  #act(action: string, values: Record<string, string>): Record<string, string> | number {
    const { behavior, entries } = this
    const key = `${(values.NewProtocol ?? '').toLowerCase()} ${values.NewExternalPort}`
    const held = entries.get(key)
    switch (action) {
      case 'GetExternalIPAddress':
        return { NewExternalIPAddress: behavior.externalAddress! }
      case 'GetSpecificPortMappingEntry':
        return held ? { NewInternalPort: String(held.internalPort), NewInternalClient: held.client } : 714
      case 'DeletePortMapping':
        return entries.delete(key) ? {} : 714
      case 'AddPortMapping': {
        const [lease, internal] = [Number(values.NewLeaseDuration), Number(values.NewInternalPort)]
        if (behavior.refuses) return 606
        if (behavior.permanentOnly && lease !== 0) return 725
        if (behavior.samePorts && values.NewExternalPort !== values.NewInternalPort) return 724
        if (held && held.client !== values.NewInternalClient && !behavior.overwrites) return 718
        this.#put(key, values.NewInternalClient!, internal, lease)
        return {}
      }
      case 'AddAnyPortMapping': {
        let port = Number(values.NewExternalPort)
        const transport = values.NewProtocol!.toLowerCase()
        while (entries.has(`${transport} ${port}`)) port++
        const [lease, internal] = [Number(values.NewLeaseDuration), Number(values.NewInternalPort)]
        this.#put(`${transport} ${port}`, values.NewInternalClient!, internal, lease)
        return { NewReservedPort: String(port) }
      }
      default:
        return 401
    }
  }
}

function u16(value: number): number[] {
  return [value >>> 8, value & 0xff]
}

function u32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]
}
