/**
 * The contract of a capability: one thing that a node can do, in one folder, named by one line of `capabilities.ts`. What is known without running it
 * is its `Contract` in packages/api.
 */
import type { Server as HttpServer } from 'node:http'
import type { Contract, Implemented, Job, NodeStats } from '@shoal/api'
import type { Migration } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import type { Family } from '@shoal/daemon/metrics'
import type { NodeFiles } from './contract.ts'
import type { HttpDoor } from './http-door.ts'
import type { HttpScope } from './http-scope.ts'
import type { JobRecord } from './job-store.ts'
import type { Kernel } from './kernel.ts'

/** This node runs without the capability that a request needs. */
export class AbsentCapability extends Failure {
  /** `what`: the subject of the message. */
  constructor(what: string) {
    super('unsupported', `${what} is not available: this node runs without the capability for it`)
  }
}

/** A typed name for what one capability offers to others. */
export interface Service<T> {
  readonly name: string
  /** Never set: it carries the type. */
  readonly type?: T
}

export function service<T>(name: string): Service<T> {
  return { name }
}

// biome-ignore lint/suspicious/noExplicitAny: services of any type.
export type Services = Readonly<Record<string, Service<any>>>
type Offered<Some extends Services> = {
  readonly [Name in keyof Some]: Some[Name] extends Service<infer T> ? T : never
}
/** The services that a capability needs, and those that it wants, or null. */
export type Given<Needs extends Services, Wants extends Services> = Offered<Needs> & {
  readonly [Name in keyof Wants]: Offered<Wants>[Name] | null
}

type OperationsOf<C extends Contract> = C extends { readonly operations: object }
  ? { readonly operations: Implemented<C> }
  : { readonly operations?: Record<never, never> }
type ProvidesOf<Some extends Services> = keyof Some extends never
  ? { readonly provides?: Record<never, never> }
  : { readonly provides: Offered<Some> }

/** A capability that has started. Everything but `close` is optional. */
export type Running<C extends Contract, Provides extends Services> = OperationsOf<C> &
  ProvidesOf<Provides> &
  RunningParts

interface RunningParts {
  /** Its members of the node's statistics. */
  readonly stats?: () => Partial<NodeStats> | Promise<Partial<NodeStats>>
  /** Its part of `GET /metrics`. Names are unique among all capabilities. */
  readonly metrics?: () => readonly Family[]
  /** Current problems and what to do about them, a sentence each. `kernel.problems` covers work that is repeated each second. */
  readonly health?: () => readonly string[]
  /** The kinds of its jobs, which end before it closes. `resume` restarts an interrupted job of the last run. */
  readonly jobs?: { readonly [Kind in Job['kind']]?: { resume?(record: JobRecord): Promise<void> | void } }
  /** Operations with bytes instead of JSON. */
  readonly files?: Partial<NodeFiles>
  /** Routes for clients of another API. */
  readonly routes?: (scope: HttpScope) => void | Promise<void>
  /** Called when the HTTP server has all its routes: a listener that is added first answers before them. Returns what closes it. */
  readonly onHttpServer?: (server: HttpServer, place: HttpPlace) => (() => Promise<void>) | undefined
  /** Called when everything has started and its needs have begun: restore, resume, announce. */
  begin?(): Promise<void> | void
  close(): Promise<void> | void
}

/** Where the HTTP server is reached. */
export interface HttpPlace {
  readonly host: string
  readonly allowedHosts: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly door: HttpDoor
}

export interface Capability<
  C extends Contract = Contract,
  Needs extends Services = Services,
  Wants extends Services = Services,
  Provides extends Services = Services,
> {
  readonly contract: C
  /** Changes of its tables, in order. A released one never changes. */
  readonly migrations?: readonly Migration[]
  /** Required services. They start before it and close after it. */
  readonly needs?: Needs
  /** Optional services. They start before it, too. */
  readonly wants?: Wants
  /** Services that it offers. */
  readonly provides?: Provides
  /** Opens and subscribes. A rejection ends the start of the node. */
  start(kernel: Kernel, services: Given<Needs, Wants>): Promise<Running<C, Provides>> | Running<C, Provides>
}

type Nothing = Record<never, never>

/** Keeps the precise types of a capability. */
export function capability<
  C extends Contract,
  Needs extends Services = Nothing,
  Wants extends Services = Nothing,
  Provides extends Services = Nothing,
>(it: Capability<C, Needs, Wants, Provides>): Capability<C, Needs, Wants, Provides> {
  return it
}

/** A capability of any type, as the list has it. */
// biome-ignore lint/suspicious/noExplicitAny: each has types of its own.
export type AnyCapability = Capability<any, any, any, any>
export type AnyRunning = RunningParts & {
  // biome-ignore lint/suspicious/noExplicitAny: each has types of its own.
  readonly operations?: Readonly<Record<string, (input: any, options?: any) => Promise<any>>>
  readonly provides?: Readonly<Record<string, unknown>>
}
