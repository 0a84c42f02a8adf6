/** A capability of the node: one line in `capabilities.ts`. */
import type { Server as HttpServer } from 'node:http'
import type { CallKind, Job, NodeStats } from '@shoal/api'
import {
  type AnyCapability as AnyCapabilityOf,
  type AnyRunning as AnyRunningOf,
  capabilityOf,
  type RunningParts,
} from '@shoal/daemon/capability'
import type { Migration } from '@shoal/daemon/database'
import type { NodeFiles } from './contract.ts'
import type { HttpDoor } from './http-door.ts'
import type { HttpScope } from './http-scope.ts'
import type { JobRecord } from './job-store.ts'
import type { Kernel } from './kernel.ts'

/**
 * The parts of a running capability. `health`: repeated work reports to `kernel.problems` instead.
 */
export interface NodeParts extends RunningParts {
  /** Its members of the node's statistics. */
  readonly stats?: () => Partial<NodeStats> | Promise<Partial<NodeStats>>
  /**
   * The kinds of its jobs, which end before it closes. `resume` restarts a job that the end of the
   * last run interrupted.
   */
  readonly jobs?: { readonly [Kind in Job['kind']]?: { resume?(record: JobRecord): Promise<void> | void } }
  /** Operations with bytes instead of JSON. */
  readonly files?: Partial<NodeFiles>
  /** Routes for clients of another API. */
  readonly routes?: (scope: HttpScope) => void | Promise<void>
  /**
   * Called when the HTTP server has all its routes; listeners that are prepended run before them.
   * Returns a function that closes it.
   */
  readonly onHttpServer?: (server: HttpServer, place: HttpPlace) => (() => Promise<void>) | undefined
}

/** Where the HTTP server can be reached. */
export interface HttpPlace {
  readonly host: string
  readonly allowedHosts: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly door: HttpDoor
}

/** The static parts of a capability. */
export interface NodeNamed {
  /** Migrations of its tables, in order. A released one never changes. */
  readonly migrations?: readonly Migration[]
}

/** Keeps the precise types of a capability. */
export const capability = capabilityOf<Kernel, NodeParts, CallKind, NodeNamed>()

/** A capability of any type, for lists. */
export type AnyCapability = AnyCapabilityOf<Kernel, NodeParts> & NodeNamed
export type AnyRunning = AnyRunningOf<NodeParts>
