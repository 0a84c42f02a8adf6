import { equalBytes } from '../base/bytes.ts'
import { EpochCheck } from './epoch.ts'
import { decodePcp, encodeAnnounce, encodeMap, NONCE_BYTES, PCP_RESULT, type PcpAnswer } from './pcp.ts'
import type { MappedTransport, PortMappingProblemCode } from './port-mapping.ts'
import {
  type Granted,
  LIFETIME_SECONDS,
  type MappingProtocol,
  type MapRequest,
  RouterError,
} from './protocol.ts'
import type { RouterPort } from './router-port.ts'

/**
 * RFC 6887 section 8.1.1: the first wait is 3 s, and each further one twice the last. We stop
 * after three.
 */
const DELAYS_MS = [3000, 6000, 12_000]

const RESULTS: Readonly<Record<number, readonly [PortMappingProblemCode, string]>> = {
  [PCP_RESULT.notAuthorized]: ['refused', 'it does not allow mappings'],
  [PCP_RESULT.unsupportedOpcode]: ['refused', 'it does not allow mappings'],
  [PCP_RESULT.unsupportedProtocol]: ['refused', 'it does not map this protocol'],
  [PCP_RESULT.networkFailure]: ['router-error', 'it has no connection to the internet'],
  [PCP_RESULT.noResources]: ['router-error', 'it has no room for more mappings'],
  [PCP_RESULT.userExceededQuota]: ['port-taken', 'this machine has too many mappings'],
  [PCP_RESULT.cannotProvideExternal]: ['port-taken', 'it cannot open this port'],
  [PCP_RESULT.addressMismatch]: ['double-nat', 'another router is between it and this machine'],
}

/**
 * RFC 6887 section 11.2: a renewal must have the nonce of the mapping, also after the router was
 * given up in between. By transport and internal port.
 */
export type Nonces = Map<string, Uint8Array>

/** The Port Control Protocol (RFC 6887): IPv4 mappings, and pinholes for IPv6. */
export class PcpProtocol implements MappingProtocol {
  readonly method = 'pcp'
  readonly #port: RouterPort
  readonly #onRestart: () => void
  readonly #epoch = new EpochCheck()
  readonly #nonces: Nonces

  private constructor(port: RouterPort, nonces: Nonces, onRestart: () => void) {
    this.#port = port
    this.#nonces = nonces
    this.#onRestart = onRestart
  }

  /**
   * Checks whether the router speaks PCP. Resolves to null if it speaks only NAT-PMP. Rejects with
   * `no-answer`.
   */
  static async find(
    port: RouterPort,
    nonces: Nonces,
    onRestart: () => void,
    signal: AbortSignal,
  ): Promise<PcpProtocol | null> {
    const request = encodeAnnounce(port.network.address)
    const answer = await port.request(request, DELAYS_MS, decodePcp, signal)
    if (answer === 'unsupported-version' || answer.map) return null
    const protocol = new PcpProtocol(port, nonces, onRestart)
    protocol.#epoch.accept(answer.epochSeconds, port.clock.nowMs())
    return protocol
  }

  get router(): string {
    return this.#port.network.gateway
  }

  async map(
    { transport, internalPort, suggestedPort, previous }: MapRequest,
    signal: AbortSignal,
  ): Promise<Granted> {
    const suggestion = { port: suggestedPort, address: previous?.externalAddress ?? null }
    const { map, lifetimeSeconds } = await this.#send(
      transport,
      internalPort,
      LIFETIME_SECONDS,
      suggestion,
      signal,
    )
    return { externalPort: map!.externalPort, externalAddress: map!.externalAddress, lifetimeSeconds }
  }

  async unmap(
    transport: MappedTransport,
    internalPort: number,
    granted: Granted,
    signal: AbortSignal,
  ): Promise<void> {
    // RFC 6887 section 15.
    const { externalPort: port, externalAddress: address } = granted
    await this.#send(transport, internalPort, 0, { port, address }, signal)
  }

  close(): Promise<void> {
    return this.#port.close()
  }

  async #send(
    transport: MappedTransport,
    internalPort: number,
    lifetimeSeconds: number,
    suggestion: { port: number; address: string | null },
    signal: AbortSignal,
  ): Promise<PcpAnswer> {
    const { family, address } = this.#port.network
    const nonce = this.#nonce(transport, internalPort)
    const request = encodeMap(address, lifetimeSeconds, {
      nonce,
      transport,
      internalPort,
      externalPort: suggestion.port,
      externalAddress: suggestion.address ?? (family === 4 ? '0.0.0.0' : '::'),
    })
    const isOurs = ({ map }: PcpAnswer) =>
      map?.transport === transport && map.internalPort === internalPort && equalBytes(map.nonce, nonce)
    const read = (bytes: Uint8Array) => {
      const answer = decodePcp(bytes)
      return answer !== null && (answer === 'unsupported-version' || isOurs(answer)) ? answer : null
    }
    const answer = await this.#port.request(request, DELAYS_MS, read, signal)
    if (answer === 'unsupported-version')
      throw new RouterError('no-answer', `The router at ${this.router} no longer speaks PCP`)
    if (!this.#epoch.accept(answer.epochSeconds, this.#port.clock.nowMs())) this.#onRestart()
    if (answer.result === PCP_RESULT.success) return answer
    const [code, text] = RESULTS[answer.result] ?? ['router-error', `PCP error ${answer.result}`]
    throw new RouterError(code, `The router at ${this.router} refuses the mapping: ${text}`)
  }

  #nonce(transport: MappedTransport, internalPort: number): Uint8Array {
    const key = `${transport} ${internalPort}`
    const nonce = this.#nonces.get(key) ?? this.#port.random.bytes(NONCE_BYTES)
    this.#nonces.set(key, nonce)
    return nonce
  }
}
