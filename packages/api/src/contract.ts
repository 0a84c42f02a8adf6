import type { z } from 'zod'
import type { ErrorTable } from './errors.ts'

/**
 * Everything about one capability of a node that is known without running it: what it can be asked, which settings and events it adds, what
 * it knows about torrents, and which commands of the command line need it. It is data only; the node, the simulated node and the screens implement it.
 */
export interface Contract {
  /** Unique, in lower case. `getNode` lists the names of the capabilities that run. */
  readonly name: string
  readonly operations?: Readonly<Record<string, Operation>>
  /** Members by section. Several contracts may add members to one section. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, Setting>>>>
  readonly events?: ContractEvents
  /** The members that it adds to torrents; schemas/torrent-facets.ts has a line for it. */
  readonly facets?: { readonly torrent?: TorrentFacet }
  /** Codes of errors that no operation answers with, and where they end instead: `the log`. */
  readonly otherErrors?: Readonly<Record<string, string>>
  /** Names of commands of the command line. */
  readonly commands?: readonly string[]
}

/** The values of members that all must be there. */
type ShapeValues<Shape extends z.ZodRawShape> = {
  readonly [Name in keyof Shape]: z.output<Shape[Name]>
}

/**
 * The knowledge of a capability about torrents, as the API shows and takes it. It is joined with the torrents' own members, so that clients see one
 * flat object.
 */
export interface TorrentFacet<
  Row extends z.ZodRawShape = z.ZodRawShape,
  Detail extends z.ZodRawShape = z.ZodRawShape,
  Input extends z.ZodRawShape = z.ZodRawShape,
> {
  /** Members of torrents in lists and events. */
  readonly row: Row
  /** Members of the details of a torrent. */
  readonly detail: Detail
  /** Members with which a torrent is added, created or changed: all are optional. */
  readonly input: Input
  /** The values of `row` and `detail` for a torrent of which nothing is known, such as on a node without the capability. */
  readonly none: ShapeValues<Row> & ShapeValues<Detail>
}

/** The events of a capability. Each is an object whose member `type` is a literal. */
export interface ContractEvents {
  /**
   * Events by the topic that clients subscribe to. Several contracts may add events to one topic. `NAME:ID` means one topic for each
   * thing, such as `torrent:ID`; its events have the `id`.
   */
  readonly topics?: Readonly<Record<string, readonly z.ZodObject[]>>
  /** Events that all clients receive. */
  readonly everyone?: readonly z.ZodObject[]
  /**
   * Operations of this contract whose answers an event outdates without containing what changed, by the type of the event, which may be
   * one of another contract. A client that shows such an answer asks again. A member that event and input both have narrows it:
   * `{ type: 'chat', conversation: '7' }` outdates `listMessages` of that conversation only, and of all if `conversation` is null.
   */
  readonly invalidates?: Readonly<Record<string, readonly string[]>>
}

/** The operations that a contract names are its own. */
type NamesOwn<It> = It extends { readonly events: { readonly invalidates: infer Invalidates } }
  ? {
      readonly events: {
        readonly invalidates: Readonly<Record<keyof Invalidates, readonly OperationIn<It>[]>>
      }
    }
  : unknown
type OperationIn<It> = It extends { readonly operations: infer Table } ? keyof Table : never

/** Keeps the precise types of a contract. */
export function contract<const It extends Contract>(it: It & NamesOwn<It>): It {
  return it
}

/** The members of all objects of a union, in one object. */
export type Merged<Union> = (Union extends unknown ? (it: Union) => void : never) extends (
  it: infer All,
) => void
  ? { readonly [Name in keyof All]: All[Name] }
  : never

/**
 * Says who may call an operation of a node.
 *
 * - `open`: everybody, also before a login.
 * - `guest`: every login, also one with a password, a passkey or the key of a device. The default.
 * - `token`: logins with the token, which only the owner of the machine can read.
 */
export type NodeAccess =
  | 'open'
  | 'guest'
  | 'token'
  /** The token, as long as this member of the answer of an operation without input is null: `listDevices.did`. Then every login. */
  | { readonly tokenWhileNull: string }
  /** The token, or the present password in this member of the input. A request that logs in with the password has given it. */
  | { readonly tokenOrPassword: string }

/**
 * Says what an operation does, from the harmless to the worst. One that does several things has the worst.
 *
 * - `read`: it changes nothing and contacts nobody.
 * - `outside`: it contacts other machines, and changes nothing that lasts.
 * - `write`: it changes something, which can be changed back.
 * - `delete`: it loses something that nothing brings back.
 * - `pay`: it spends money.
 */
export const EFFECTS = ['read', 'outside', 'write', 'delete', 'pay'] as const
export type Effect = (typeof EFFECTS)[number]

export type PathRule =
  /** Marked as a path, but none here, for this reason. */
  | { readonly unguarded: string }
  /** A path within the folder that is a member of another operation's answer, which takes the same members of the input: `getTorrent.directory`. */
  | { readonly below: string }

/**
 * One request that a node answers. `input` is one flat object: members that `path` names in braces travel in the path, all others in the
 * query (GET, DELETE) or in the JSON body (POST, PUT, PATCH).
 */
export interface Operation<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
  Access = unknown,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Members of the input in braces: `/api/torrents/{id}`. */
  readonly path: string
  readonly effect: Effect
  /** Says who may call it, as its program has it: `NodeAccess`, or the roles of a hub. In all of them `open` is everybody, also before a login. */
  readonly access?: Access
  /**
   * Members of the input that are guarded in another way than their schemas say: all that the schemas mark as paths of the machine are (HOST_PATHS), unless they are
   * here. Items of lists have an asterisk: `filters.*.directory`.
   */
  readonly paths?: Readonly<Record<string, PathRule>>
  /**
   * Texts in the input of which the schemas do not say what the node does with them. `address`: it connects to it. `text`: it looks it up, compares, stores or shows
   * it, and it becomes no name of a file.
   */
  readonly texts?: Readonly<Record<string, 'address' | 'text'>>
  /** The operation that answers what this one changes. What it answers now may be given again by whoever may not change it. */
  readonly changes?: string
  /** Whether it is also done while the disk is full: it makes room, keeps others out, or stops. Operations that store nothing always are. */
  readonly evenIfFull?: boolean
  /** The chapter of the API documentation that it belongs to. */
  readonly area: string
  /** One line of documentation. */
  readonly summary: string
  readonly input: Input
  readonly output: Output
  /** Errors in addition to USUAL_ERRORS, with their answers. Those of the usual ones that are to be expected may be among them. */
  readonly errors?: ErrorTable
  /** Whether a repeated request changes nothing more. Always true of GET, PUT and DELETE. */
  readonly idempotent?: boolean
  /** Largest body that is accepted. Default: 1 MiB. */
  readonly bodyLimitBytes?: number
}

/** Operations by name. */
export type OperationTable = Readonly<Record<string, Operation>>

export interface CallOptions {
  signal?: AbortSignal
}

/**
 * The parameters after the input with which a program calls its operations. A program that passes more extends it, and makes them from the operation: `(Kind & { operation: It })['rest']`.
 */
export interface CallKind {
  readonly operation: Operation
  readonly rest: [options?: CallOptions]
}

/** The operations of a table as functions. Inputs are checked. They reject with errors that carry a `code`. */
export type OperationFunctions<Table extends OperationTable, Kind extends CallKind = CallKind> = {
  readonly [Name in keyof Table]: (
    input: z.output<Table[Name]['input']>,
    ...rest: (Kind & { readonly operation: Table[Name] })['rest']
  ) => Promise<z.output<Table[Name]['output']>>
}

/** The operations of a table as clients call them: members of inputs with a default may be left out. They reject with an ApiError. */
export type OperationCalls<Table extends OperationTable> = {
  readonly [Name in keyof Table]: (
    input: z.input<Table[Name]['input']>,
    options?: CallOptions,
  ) => Promise<z.output<Table[Name]['output']>>
}

type OperationsIn<Each> = Each extends { readonly operations: infer Table } ? Table : never

/** Joins the operations of a list of contracts in one table. */
export function joinOperations<const Contracts extends readonly Contract[]>(contracts: Contracts) {
  return Object.assign({}, ...contracts.map(({ operations }) => operations)) as Merged<
    OperationsIn<Contracts[number]>
  >
}

/** Keeps the precise types of an operation of a node. */
export function operation<Input extends z.ZodObject, Output extends z.ZodType>(
  it: Operation<Input, Output, NodeAccess>,
): Operation<Input, Output, NodeAccess> {
  return it
}

/** One setting that can be changed while the node runs. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema
  /** The value on a fresh node. Undefined if it depends on the machine. */
  readonly defaultValue: z.output<Schema> | undefined
}

/** The text about a setting in console, command line and documentation. */
export interface SettingText {
  readonly title: string
  readonly description: string
  /** For a list: a value that shows the form of its items. */
  readonly example?: readonly unknown[]
}

export function setting<Schema extends z.ZodType>(
  schema: Schema,
  defaultValue: z.output<Schema> | undefined,
  { title, description, example }: SettingText,
): Setting<Schema> {
  const meta = { title, description, ...(example ? { examples: [example] } : {}) }
  return { schema: schema.meta(meta as z.core.GlobalMeta), defaultValue }
}

export const MIB = 1024 * 1024
