/**
 * Contract of a capability: one feature of a program, in one folder and named by one line of the
 * program's list. Its static description is its `Contract` in packages/api.
 */
import type { CallKind, Contract, OperationFunctions, OperationTable } from '@shoal/api'
import { Failure } from '../failure.ts'
import type { Family } from '../metrics/families.ts'

/** Thrown if the program runs without the capability that a request needs. */
export class AbsentCapability extends Failure {
  /** `what`: subject of the message. */
  constructor(what: string) {
    super('unsupported', `${what} is not available: the capability for it does not run here`)
  }
}

/** A typed name of a service that one capability provides to others. */
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
type Given<Needs extends Services, Wants extends Services> = Offered<Needs> & {
  readonly [Name in keyof Wants]: Offered<Wants>[Name] | null
}

type OperationsOf<C extends Contract, Kind extends CallKind> = C extends {
  readonly operations: infer Table extends OperationTable
}
  ? { readonly operations: OperationFunctions<Table, Kind> }
  : { readonly operations?: Record<never, never> }
type ProvidesOf<Some extends Services> = keyof Some extends never
  ? { readonly provides?: Record<never, never> }
  : { readonly provides: Offered<Some> }

/** A started capability. `Parts` are those that every capability of the program can have. */
type Running<
  C extends Contract,
  Provides extends Services,
  Parts extends RunningParts,
  Kind extends CallKind = CallKind,
> = OperationsOf<C, Kind> & ProvidesOf<Provides> & Parts

/** Parts of a running capability, common to all programs. Everything but `close` is optional. */
export interface RunningParts {
  /** Its part of `GET /metrics`. Names are unique among all capabilities. */
  readonly metrics?: () => readonly Family[]
  /** Current problems and their remedies, one sentence each. */
  readonly health?: () => readonly string[]
  /** Called when everything has started and its needs have begun: restore, resume, announce. */
  begin?(): Promise<void> | void
  close(): Promise<void> | void
}

/** `Kernel` is passed to every capability of the program, and depends on none of them. */
export interface Capability<
  Kernel,
  Parts extends RunningParts,
  C extends Contract = Contract,
  Needs extends Services = Services,
  Wants extends Services = Services,
  Provides extends Services = Services,
  Kind extends CallKind = CallKind,
> {
  readonly contract: C
  /** Required services. They start before it and close after it. */
  readonly needs?: Needs
  /** Optional services. They start before it, too. */
  readonly wants?: Wants
  /** Services that it provides. */
  readonly provides?: Provides
  /** Opens and subscribes. A rejection aborts the start of the program. */
  start(
    kernel: Kernel,
    services: Given<Needs, Wants>,
  ): Promise<Running<C, Provides, Parts, Kind>> | Running<C, Provides, Parts, Kind>
}

type Nothing = Record<never, never>

/**
 * Returns a function that preserves the precise types of one program's capabilities. `Kind`: how it
 * calls operations. `Named`: what else its capabilities declare before they run, such as their
 * tables.
 */
export function capabilityOf<
  Kernel,
  Parts extends RunningParts,
  Kind extends CallKind = CallKind,
  Named extends object = Nothing,
>() {
  return <
    C extends Contract,
    Needs extends Services = Nothing,
    Wants extends Services = Nothing,
    Provides extends Services = Nothing,
  >(
    it: Capability<Kernel, Parts, C, Needs, Wants, Provides, Kind> & Named,
  ): Capability<Kernel, Parts, C, Needs, Wants, Provides, Kind> & Named => it
}

/** A capability of any type, for the list. */
export interface AnyCapability<Kernel, Parts extends RunningParts> {
  readonly contract: Contract
  readonly needs?: Services
  readonly wants?: Services
  readonly provides?: Services
  // biome-ignore lint/suspicious/noExplicitAny: each has types of its own.
  start(kernel: Kernel, services: any): Promise<AnyRunning<Parts>> | AnyRunning<Parts>
}
export type AnyRunning<Parts extends RunningParts> = Parts & {
  readonly operations?: AnyOperations
  readonly provides?: Readonly<Record<string, unknown>>
}
/** Operations of any type by name. */
// biome-ignore lint/suspicious/noExplicitAny: each has types of its own.
export type AnyOperations = Readonly<Record<string, (input: any, options?: any) => Promise<any>>>
