/**
 * The contract of a capability: one thing that a program can do, in one folder, named by one line of the program's list. What is known without
 * running it is its `Contract` in packages/api.
 */
import type { CallKind, Contract, OperationFunctions, OperationTable } from '@shoal/api'
import { Failure } from '../failure.ts'
import type { Family } from '../metrics/families.ts'

/** The program runs without the capability that a request needs. */
export class AbsentCapability extends Failure {
  /** `what`: the subject of the message. */
  constructor(what: string) {
    super('unsupported', `${what} is not available: the capability for it does not run here`)
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

/** A capability that has started. `Parts` are those that every capability of the program may have. */
type Running<
  C extends Contract,
  Provides extends Services,
  Parts extends RunningParts,
  Kind extends CallKind = CallKind,
> = OperationsOf<C, Kind> & ProvidesOf<Provides> & Parts

/** The parts of a running capability in every program. Everything but `close` is optional. */
export interface RunningParts {
  /** Its part of `GET /metrics`. Names are unique among all capabilities. */
  readonly metrics?: () => readonly Family[]
  /** Current problems and what to do about them, a sentence each. */
  readonly health?: () => readonly string[]
  /** Called when everything has started and its needs have begun: restore, resume, announce. */
  begin?(): Promise<void> | void
  close(): Promise<void> | void
}

/** `Kernel` is passed to every capability of the program, and knows none of them. */
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
  /** Services that it offers. */
  readonly provides?: Provides
  /** Opens and subscribes. A rejection ends the start of the program. */
  start(
    kernel: Kernel,
    services: Given<Needs, Wants>,
  ): Promise<Running<C, Provides, Parts, Kind>> | Running<C, Provides, Parts, Kind>
}

type Nothing = Record<never, never>

/** Returns a function that keeps the precise types of the capabilities of one program. `Kind`: how it calls operations. `Named`: what else its capabilities name before they run, such as their tables. */
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

/** A capability of any type, as the list has it. */
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
/** Operations by name, of any types. */
// biome-ignore lint/suspicious/noExplicitAny: each has types of its own.
export type AnyOperations = Readonly<Record<string, (input: any, options?: any) => Promise<any>>>
