/** A capability of the hub; each is one line of `capabilities.ts`. */
import type { Server } from 'node:http'
import type { CallKind } from '@shoal/api/contract'
import {
  type AnyCapability as AnyCapabilityOf,
  capabilityOf,
  type RunningParts,
} from '@shoal/daemon/capability'
import type { Family } from '@shoal/daemon/metrics'
import type { HubTables } from '@shoal/hub-stores'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from './callers.ts'
import type { Client } from './client.ts'
import type { HubKernel } from './kernel.ts'
import type { Overview, Ports } from './overview.ts'

/** Reports of all capabilities together. */
export interface Reports {
  metrics(): readonly Family[]
  /** Current problems and their remedies, one sentence each. */
  health(): readonly string[]
  /** Returns why a load balancer should not send clients, or null. */
  notReady(): Promise<string | null>
}

/** The parts of a running capability of the hub. */
export interface HubParts extends RunningParts {
  /** Adds hooks for all requests. Called before there are any routes. */
  watch?(app: FastifyInstance): void
  /** Adds routes that are not operations, such as for bytes, feeds and pages. */
  routes?(scope: FastifyInstance, reports: Reports): void | Promise<void>
  /** Answers a request that has no route. Returns false to leave it to others. */
  answerElse?(request: FastifyRequest, reply: FastifyReply): Promise<boolean>
  /**
   * Called when the HTTP server has all its routes. A listener added first handles requests before
   * them.
   */
  onHttpServer?(server: Server): void
  /**
   * Opens its ports at all addresses of the hub, and returns them. One that returns `port` has the
   * HTTP port, and passes to the server what it does not answer itself. Rejects with SetupError.
   */
  listen?(server: Server): Promise<Partial<Ports>>
  /** Closes what `listen` opened, if any. `listen` may follow. */
  unlisten?(): Promise<void>
  /** Returns its part of the description of the hub, which listens now. */
  overview?(): Partial<Overview> | Promise<Partial<Overview>>
  /** Reads its files again. */
  reload?(): void
  /** Returns why a load balancer should not send clients yet, or null. */
  notReady?(): string | null | Promise<string | null>
  /** Stops accepting new clients. */
  stopAccepting?(): void
  /** Finishes work in progress, and disconnects clients at random times within this duration. */
  drain?(withinMs: number): Promise<void> | void
}

/** Handlers of the hub's operations: `caller` is null only for public operations. */
export interface HubCalls extends CallKind {
  readonly rest: [options: HubCall<this['operation']>]
}

interface HubCall<It> {
  readonly signal: AbortSignal
  readonly client: Client
  readonly caller: It extends { readonly access: 'open' } ? Caller | null : Caller
}

/** Declarations of a capability, made before it runs. */
export interface HubNamed {
  /** Its tables. They are kept when it is left out. */
  readonly tables?: HubTables
}

/** Preserves the precise types of a capability. */
export const capability = capabilityOf<HubKernel, HubParts, HubCalls, HubNamed>()

/** A capability of any type, for the list. */
export type AnyCapability = AnyCapabilityOf<HubKernel, HubParts> & HubNamed
