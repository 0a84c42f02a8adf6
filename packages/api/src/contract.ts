import type { z } from 'zod'
import type { ErrorTable } from './errors.ts'

/**
 * Static description of one capability of a node: its operations, the settings, events and torrent
 * members that it adds, and the commands that need it. It is data only; the node, the simulated
 * node and the screens implement it.
 */
export interface Contract {
  /** Unique, in lower case. `getNode` lists the names of the running capabilities. */
  readonly name: string
  readonly operations?: Readonly<Record<string, Operation>>
  /** Members by section. Several contracts can add members to one section. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, Setting>>>>
  readonly events?: ContractEvents
  /** The members that it adds to torrents; schemas/torrent-facets.ts has a line for it. */
  readonly facets?: { readonly torrent?: TorrentFacet }
  /** Codes of errors that no operation returns, and where they are reported instead: `the log`. */
  readonly otherErrors?: Readonly<Record<string, string>>
  /** Names of commands of the command line. */
  readonly commands?: readonly string[]
}

/** The values of members that must all be present. */
type ShapeValues<Shape extends z.ZodRawShape> = {
  readonly [Name in keyof Shape]: z.output<Shape[Name]>
}

/**
 * The members of torrents that a capability adds, as output and input of the API. They are merged
 * with the torrents' own members, so that clients see one flat object.
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
  /** Optional members with which a torrent is added, created or changed. */
  readonly input: Input
  /**
   * Values of `row` and `detail` for a torrent without any data, such as on a node without the
   * capability.
   */
  readonly none: ShapeValues<Row> & ShapeValues<Detail>
}

/** The events of a capability. Each is an object whose member `type` is a literal. */
export interface ContractEvents {
  /**
   * Events by the topic that clients subscribe to. Several contracts can add events to one topic.
   * `NAME:ID` means one topic per object, such as `torrent:ID`; its events have the `id`.
   */
  readonly topics?: Readonly<Record<string, readonly z.ZodObject[]>>
  /** Events that all clients receive. */
  readonly everyone?: readonly z.ZodObject[]
  /**
   * Operations of this contract whose responses an event invalidates without containing the change,
   * by the type of the event, which can belong to another contract. A client that shows such a
   * response refetches it. A member that event and input share narrows it: `{ type: 'chat',
   * conversation: '7' }` invalidates `listMessages` of that conversation only, and of all if
   * `conversation` is null.
   */
  readonly invalidates?: Readonly<Record<string, readonly string[]>>
}

/** The operations named by a contract are its own. */
type NamesOwn<It> = It extends { readonly events: { readonly invalidates: infer Invalidates } }
  ? {
      readonly events: {
        readonly invalidates: Readonly<Record<keyof Invalidates, readonly OperationIn<It>[]>>
      }
    }
  : unknown
type OperationIn<It> = It extends { readonly operations: infer Table } ? keyof Table : never

/** Preserves the precise types of a contract. */
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
 * The callers permitted for an operation of a node.
 *
 * - `open`: anyone, even before a login.
 * - `guest`: every login, also one with a password, a passkey or the key of a device. The default.
 * - `token`: logins with the token, which only the owner of the machine can read.
 */
export type NodeAccess =
  | 'open'
  | 'guest'
  | 'token'
  /**
   * The token, as long as this member of the output of an operation without input is null:
   * `listDevices.did`. Then every login.
   */
  | { readonly tokenWhileNull: string }
  /**
   * The token, or the present password in this member of the input. A request that authenticates
   * with the password has provided it.
   */
  | { readonly tokenOrPassword: string }

/**
 * Effect of an operation, from harmless to worst. One with several effects has the worst.
 *
 * - `read`: it changes nothing and contacts no other machine.
 * - `outside`: it contacts other machines, and changes nothing permanent.
 * - `write`: it makes a reversible change.
 * - `delete`: it causes an irreversible loss.
 * - `pay`: it spends money.
 */
export const EFFECTS = ['read', 'outside', 'write', 'delete', 'pay'] as const
export type Effect = (typeof EFFECTS)[number]

export type PathRule =
  /** Marked as a path, but not one in this operation, for this reason. */
  | { readonly unguarded: string }
  /**
   * A path within the folder that is a member of another operation's output, which takes the same
   * members of the input: `getTorrent.directory`.
   */
  | { readonly below: string }

/**
 * One request to a node. `input` is one flat object: members named in braces in `path` are part of
 * the path, all others of the query (GET, DELETE) or the JSON body (POST, PUT, PATCH).
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
  /**
   * Its permitted callers, in the program's terms: `NodeAccess`, or the roles of a hub. In all of
   * them `open` is anyone, even before a login.
   */
  readonly access?: Access
  /**
   * Members of the input that are not guarded as their schemas say: all those marked as paths of
   * the machine are (HOST_PATHS), unless listed here. Items of lists have an asterisk:
   * `filters.*.directory`.
   */
  readonly paths?: Readonly<Record<string, PathRule>>
  /**
   * Texts in the input whose use by the node is not clear from the schemas. `address`: it connects
   * to it. `text`: it looks it up, compares, stores or shows it, but never uses it as a file name.
   */
  readonly texts?: Readonly<Record<string, 'address' | 'text'>>
  /**
   * The operation that returns what this one changes. Callers who may not change it can still pass
   * its present value.
   */
  readonly changes?: string
  /**
   * Whether it is also permitted while the disk is full: it frees space, keeps others out, or stops
   * something. Operations that store nothing always are.
   */
  readonly evenIfFull?: boolean
  /** Its chapter in the API documentation. */
  readonly area: string
  /** One line of documentation. */
  readonly summary: string
  readonly input: Input
  readonly output: Output
  /**
   * Errors in addition to USUAL_ERRORS, with their responses. Can also list usual ones that are to
   * be expected.
   */
  readonly errors?: ErrorTable
  /** Whether it is idempotent. Always true of GET, PUT and DELETE. */
  readonly idempotent?: boolean
  /** Largest accepted body. Default: 1 MiB. */
  readonly bodyLimitBytes?: number
}

/** Operations by name. */
export type OperationTable = Readonly<Record<string, Operation>>

export interface CallOptions {
  signal?: AbortSignal
}

/**
 * Parameters after the input with which a program calls its operations. A program that passes more
 * extends it, and derives them from the operation: `(Kind & { operation: It })['rest']`.
 */
export interface CallKind {
  readonly operation: Operation
  readonly rest: [options?: CallOptions]
}

/**
 * The operations of a table as functions. Inputs are validated. They reject with errors that carry
 * a `code`.
 */
export type OperationFunctions<Table extends OperationTable, Kind extends CallKind = CallKind> = {
  readonly [Name in keyof Table]: (
    input: z.output<Table[Name]['input']>,
    ...rest: (Kind & { readonly operation: Table[Name] })['rest']
  ) => Promise<z.output<Table[Name]['output']>>
}

/**
 * The operations of a table as called by clients: members of inputs with a default can be omitted.
 * They reject with an ApiError.
 */
export type OperationCalls<Table extends OperationTable> = {
  readonly [Name in keyof Table]: (
    input: z.input<Table[Name]['input']>,
    options?: CallOptions,
  ) => Promise<z.output<Table[Name]['output']>>
}

type OperationsIn<Each> = Each extends { readonly operations: infer Table } ? Table : never

/** Merges the operations of a list of contracts into one table. */
export function joinOperations<const Contracts extends readonly Contract[]>(contracts: Contracts) {
  return Object.assign({}, ...contracts.map(({ operations }) => operations)) as Merged<
    OperationsIn<Contracts[number]>
  >
}

/** Preserves the precise types of an operation of a node. */
export function operation<Input extends z.ZodObject, Output extends z.ZodType>(
  it: Operation<Input, Output, NodeAccess>,
): Operation<Input, Output, NodeAccess> {
  return it
}

/** A setting that can be changed while the node runs. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema
  /** Value on a fresh node. Undefined if it depends on the machine. */
  readonly defaultValue: z.output<Schema> | undefined
}

/** Text about a setting in console, command line and documentation. */
export interface SettingText {
  readonly title: string
  readonly description: string
  /** For a list: an example of an item. */
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
