import { EpochCheck } from './epoch.ts'
import {
  decodeNatPmp,
  encodeAddressRequest,
  encodeMapRequest,
  NAT_PMP_RESULT,
  type NatPmpAnswer,
} from './nat-pmp.ts'
import type { MappedTransport, PortMappingProblemCode } from './port-mapping.ts'
import {
  type Granted,
  LIFETIME_SECONDS,
  type MappingProtocol,
  type MapRequest,
  RouterError,
} from './protocol.ts'
import type { RouterPort } from './router-port.ts'

/** RFC 6886 section 3.1: 250 ms, doubled for each repetition. It allows nine; we stop after six. */
const DELAYS_MS = [250, 500, 1000, 2000, 4000, 8000]

const RESULTS: Readonly<Record<number, readonly [PortMappingProblemCode, string]>> = {
  [NAT_PMP_RESULT.unsupportedVersion]: ['no-answer', 'it does not speak NAT-PMP'],
  [NAT_PMP_RESULT.refused]: ['refused', 'it does not allow mappings'],
  [NAT_PMP_RESULT.networkFailure]: [
    'router-error',
    'it has no connection to the internet, or a private address',
  ],
  [NAT_PMP_RESULT.outOfResources]: ['port-taken', 'it has no room for more mappings, or the port is taken'],
  [NAT_PMP_RESULT.unsupportedOpcode]: ['refused', 'it does not map this protocol'],
}

/** The NAT Port Mapping Protocol (RFC 6886), for IPv4. */
export class NatPmpProtocol implements MappingProtocol {
  readonly method = 'nat-pmp'
  readonly #port: RouterPort
  readonly #onRestart: () => void
  readonly #epoch = new EpochCheck()

  private constructor(port: RouterPort, onRestart: () => void) {
    this.#port = port
    this.#onRestart = onRestart
  }

  /** Checks whether the router speaks NAT-PMP. Rejects with a RouterError if it does not. */
  static async find(port: RouterPort, onRestart: () => void, signal: AbortSignal): Promise<NatPmpProtocol> {
    const protocol = new NatPmpProtocol(port, onRestart)
    await protocol.#externalAddress(signal)
    return protocol
  }

  get router(): string {
    return this.#port.network.gateway
  }

  async map({ transport, internalPort, suggestedPort }: MapRequest, signal: AbortSignal): Promise<Granted> {
    const wanted = { transport, internalPort, externalPort: suggestedPort, lifetimeSeconds: LIFETIME_SECONDS }
    const { map } = await this.#send(encodeMapRequest(wanted), isMapOf(transport, internalPort), signal)
    const externalAddress = await this.#externalAddress(signal)
    return { externalPort: map!.externalPort, externalAddress, lifetimeSeconds: map!.lifetimeSeconds }
  }

  async unmap(
    transport: MappedTransport,
    internalPort: number,
    _granted: Granted,
    signal: AbortSignal,
  ): Promise<void> {
    const removal = { transport, internalPort, externalPort: 0, lifetimeSeconds: 0 }
    await this.#send(encodeMapRequest(removal), isMapOf(transport, internalPort), signal)
  }

  close(): Promise<void> {
    return this.#port.close()
  }

  async #externalAddress(signal: AbortSignal): Promise<string | null> {
    const { externalAddress } = await this.#send(encodeAddressRequest(), answer => !answer.map, signal)
    return externalAddress ?? null
  }

  async #send(
    request: Uint8Array,
    isOurs: (answer: NatPmpAnswer) => boolean,
    signal: AbortSignal,
  ): Promise<NatPmpAnswer> {
    const read = (bytes: Uint8Array) => {
      const answer = decodeNatPmp(bytes)
      return answer && isOurs(answer) ? answer : null
    }
    const answer = await this.#port.request(request, DELAYS_MS, read, signal)
    if (!this.#epoch.accept(answer.epochSeconds, this.#port.clock.nowMs())) this.#onRestart()
    if (answer.result === NAT_PMP_RESULT.success) return answer
    const [code, text] = RESULTS[answer.result] ?? ['router-error', `NAT-PMP error ${answer.result}`]
    throw new RouterError(code, `The router at ${this.router} refuses the mapping: ${text}`)
  }
}

function isMapOf(transport: MappedTransport, internalPort: number) {
  return ({ map }: NatPmpAnswer) => map?.transport === transport && map.internalPort === internalPort
}
