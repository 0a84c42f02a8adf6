/** A capability of the hub, named by one line of `capabilities.ts`. */
import type { Server } from 'node:http'
import type { CallKind } from '@shoal/api/contract'
import {
  type AnyCapability as AnyCapabilityOf,
  capabilityOf,
  type RunningParts,
} from '@shoal/daemon/capability'
import type { HubTables } from '@shoal/hub-stores'
import type { FastifyInstance } from 'fastify'
import type { Caller } from './callers.ts'
import type { Client } from './client.ts'
import type { HubKernel } from './kernel.ts'

/** The parts of a running capability of the hub. */
export interface HubParts extends RunningParts {
  /** Adds routes that are no operations, such as for bytes, feeds and pages. */
  routes?(scope: FastifyInstance): void | Promise<void>
  /** Called when the HTTP server has all its routes: a listener that is added first answers before them. */
  onHttpServer?(server: Server): void
  /** The reason why a load balancer should not send clients yet, or null. */
  notReady?(): string | null | Promise<string | null>
  /** Takes no new clients from now on. */
  stopAccepting?(): void
  /** Finishes what is under way, and sends clients elsewhere at random times within this one. */
  drain?(withinMs: number): Promise<void> | void
}

/** How operations of the hub are called: `caller` is null only where the operation is open. */
export interface HubCalls extends CallKind {
  readonly rest: [options: HubCall<this['operation']>]
}

interface HubCall<It> {
  readonly signal: AbortSignal
  readonly client: Client
  readonly caller: It extends { readonly access: 'open' } ? Caller | null : Caller
}

/** A capability of the hub names these before it runs. */
export interface HubNamed {
  /** Its tables. They stay when it is left out. */
  readonly tables?: HubTables
}

/** Keeps the precise types of a capability. */
export const capability = capabilityOf<HubKernel, HubParts, HubCalls, HubNamed>()

/** A capability of any type, as the list has it. */
export type AnyCapability = AnyCapabilityOf<HubKernel, HubParts> & HubNamed
