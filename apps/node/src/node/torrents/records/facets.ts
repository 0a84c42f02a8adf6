import { FACET_INPUT, NO_FACET_DETAIL, NO_FACET_ROW, TORRENT_FACETS, type TorrentFacet } from '@shoal/api'
import { AbsentCapability } from '@shoal/daemon/capability'
import type { z } from 'zod'
import type { ManagedTorrent } from './managed-torrent.ts'

type Values<Shape extends z.ZodRawShape> = { readonly [Name in keyof Shape]: z.output<Shape[Name]> }
type Given<Shape extends z.ZodRawShape> = {
  readonly [Name in keyof Shape]?: Exclude<z.output<Shape[Name]>, undefined>
}

/** The running part of a facet. It reads the capability's data from memory. */
export interface FacetPart<It extends TorrentFacet = TorrentFacet> {
  /** From its contract. */
  readonly facet: It
  readonly row?: (torrent: ManagedTorrent) => Values<It['row']>
  readonly detail?: (torrent: ManagedTorrent) => Values<It['detail']>
  /**
   * Stores given members in the transaction that stores the torrents. `isFresh`: the torrents are
   * new, so omitted members get their initial values. Returns a function that makes the change
   * visible once it is stored.
   */
  readonly take?: (
    torrents: readonly ManagedTorrent[],
    given: Given<It['input']>,
    isFresh: boolean,
  ) => () => void
}

/** Input members that belong to facets. */
export type FacetInput = Partial<Values<typeof FACET_INPUT>>

/** Combines the facets of all running capabilities. */
export class Facets {
  readonly #parts = new Map<TorrentFacet, FacetPart>()

  /** Throws if another capability has the facet. */
  add<It extends TorrentFacet>(part: FacetPart<It>): void {
    const { facet } = part
    if (this.#parts.has(facet)) throw new Error(`two capabilities have ${Object.keys(facet.none).join()}`)
    this.#parts.set(facet, part as unknown as FacetPart)
  }

  /**
   * Adds the members of facets to a torrent's row. Changes the given row, since rows are created
   * for thousands of torrents.
   */
  addRow<Row extends object>(torrent: ManagedTorrent, given: Row): Row & typeof NO_FACET_ROW {
    const all = Object.assign(given, NO_FACET_ROW)
    for (const { row } of this.#parts.values()) if (row) Object.assign(all, row(torrent))
    return all
  }

  /** Does the same with a torrent's details, which include the members of its row. */
  addDetail<Detail extends object>(torrent: ManagedTorrent, given: Detail): Detail & typeof NO_FACET_DETAIL {
    const all = Object.assign(given, NO_FACET_DETAIL)
    for (const { detail } of this.#parts.values()) if (detail) Object.assign(all, detail(torrent))
    return all
  }

  /** Throws `unsupported` if a member with an effect belongs to no running capability. */
  check(given: FacetInput): void {
    const none: Readonly<Record<string, unknown>> = { ...NO_FACET_ROW, ...NO_FACET_DETAIL }
    for (const facet of TORRENT_FACETS)
      if (!this.#parts.has(facet))
        for (const [name, value] of Object.entries(membersOf(facet, given)))
          if (value !== (none[name] ?? null)) throw new AbsentCapability(`The option ${name}`)
  }

  /** See `FacetPart.take`. */
  take(torrents: readonly ManagedTorrent[], given: FacetInput, isFresh = false): () => void {
    const done: (() => void)[] = []
    for (const { facet, take } of this.#parts.values()) {
      const its = membersOf(facet, given)
      if (take && (isFresh || Object.keys(its).length > 0)) done.push(take(torrents, its, isFresh))
    }
    return () => {
      for (const each of done) each()
    }
  }
}

/** Picks the members of all facets from an input. */
export function facetInput(given: FacetInput): FacetInput {
  return pick(given, Object.keys(FACET_INPUT))
}

function membersOf({ input }: TorrentFacet, given: object): Record<string, unknown> {
  return pick(given, Object.keys(input))
}

/** Omits undefined members. */
function pick(from: object, names: readonly string[]): Record<string, unknown> {
  const members = names.map(name => [name, (from as Readonly<Record<string, unknown>>)[name]] as const)
  return Object.fromEntries(members.filter(([, value]) => value !== undefined))
}
