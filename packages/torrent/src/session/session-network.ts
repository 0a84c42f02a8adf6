import { MappedPorts } from '#mapped-ports'
import { ShoalError } from '../base/errors.ts'
import { settleAll, throwFirst } from '../base/settle-all.ts'
import type { PortMappingStatus } from '../port-mapping/port-mapping.ts'
import type { SessionOptions, SessionSettings } from '../session-api.ts'
import type { Transport } from '../transport/transport.ts'
import { Acceptor } from './acceptor.ts'
import { Discoveries } from './discoveries.ts'
import type { EngineContext } from './engine-context.ts'
import type { Environment } from './environment.ts'
import { mustBeOpen } from './must-be-open.ts'
import { reconfigure } from './reconfigure.ts'
import type { Registry } from './registry.ts'
import { WebrtcPeers } from './webrtc-peers.ts'

export interface SessionNetworkOptions {
  readonly context: EngineContext
  readonly registry: Registry
  readonly environment: Environment
  /** The session's options, as far as its route allows. */
  readonly options: SessionOptions
  /** Aborts when the session closes. */
  readonly signal: AbortSignal
}

/**
 * A session's reachability: its listeners, mapped ports, discoveries and WebRTC. Changes run one
 * after another.
 */
export class SessionNetwork {
  readonly webrtc: WebrtcPeers
  readonly #options: SessionNetworkOptions
  readonly #acceptor: Acceptor
  readonly #mapped: MappedPorts
  /** Settles after the last change. */
  #changing: Promise<void> = Promise.resolve()

  constructor(given: SessionNetworkOptions) {
    const { context, registry, environment, options, signal } = given
    this.#options = given
    this.#acceptor = new Acceptor(context, registry, signal)
    this.webrtc = new WebrtcPeers({
      ...{ context, registry, acceptor: this.#acceptor, signal },
      openRtc: () => environment.openRtc({ host: options.host }),
    })
    this.webrtc.configure(options.webrtc ?? true)
    this.#mapped = new MappedPorts(context, {
      open: environment.openPortMapper,
      options,
      torrents: () => registry.torrents,
    })
  }

  get port(): number {
    return this.#acceptor.port
  }

  get portMapping(): PortMappingStatus | null {
    return this.#mapped.status
  }

  /** Binds the port. Rejects if it is taken. */
  async listen(): Promise<void> {
    const { context, options } = this.#options
    await this.#acceptor.listen(context.transports.all, options)
    context.ports.listen = this.port
  }

  /** Starts the discoveries, and maps the port. */
  async join(): Promise<void> {
    const { context, environment, options } = this.#options
    const { userAgent, resume: store } = context
    context.discoveries = await Discoveries.open(options, {
      ...environment,
      datagrams: context.datagrams,
      resolveHost: context.resolveTracker,
      isAnonymous: context.isAnonymous,
      onExternalHost: (host, teller = 'tracker') => {
        context.ownAddresses.tell(teller, host)
      },
      userAgent,
      signaling: () => this.webrtc.signaling,
      get port() {
        return context.ports.listen
      },
      store,
    })
    await this.#mapped.follow()
  }

  /** See `SessionApi`. */
  async addTransport(transport: Transport): Promise<() => Promise<void>> {
    const { context, environment, signal } = this.#options
    mustBeOpen(signal)
    if (environment.route?.isAnonymous)
      throw new ShoalError('unsupported', `${transport.kind} would bypass the proxy, which is strict`)
    const adding = this.#changing.then(async () => {
      mustBeOpen(signal)
      context.transports.add(transport)
      await this.#acceptor.add(transport)
      context.ports.listen = this.port
      await this.#mapped.follow()
    })
    this.#changing = adding.catch(() => {})
    const remove = async () => {
      context.transports.remove(transport)
      await this.#acceptor.remove(transport)
      await transport.close()
    }
    await adding.catch(async error => {
      await remove()
      throw error
    })
    let removing: Promise<void> | undefined
    return () => {
      removing ??= remove()
      return removing
    }
  }

  /**
   * Changes settings after all earlier changes: two concurrent changes of the port would both find
   * it free.
   */
  async configure(changes: SessionSettings): Promise<void> {
    const { context, registry, options, signal } = this.#options
    const change = this.#changing.then(() => {
      mustBeOpen(signal)
      const { host } = options
      const [acceptor, webrtc, mapped] = [this.#acceptor, this.webrtc, this.#mapped]
      const { torrents } = registry
      return reconfigure({ context, acceptor, webrtc, mapped, host, torrents }, changes)
    })
    this.#changing = change.catch(() => {})
    await change
  }

  /** Resolves when no change is in progress. */
  settled(): Promise<void> {
    return this.#changing
  }

  /** Stops listening, and removes mappings. */
  async close(): Promise<void> {
    throwFirst(await settleAll([() => this.#acceptor.close(), () => this.#mapped.close()]))
  }
}
