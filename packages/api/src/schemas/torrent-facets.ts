import { joinFacets } from '../facet.ts'
import { SEEDING_FACET } from './seeding.ts'

/** The facets of all capabilities, one per line. Each is also part of its contract. */
export const TORRENT_FACETS = [SEEDING_FACET] as const

export const FACET_ROW = joinFacets(TORRENT_FACETS, 'row')
export const FACET_DETAIL = joinFacets(TORRENT_FACETS, 'detail')
export const FACET_INPUT = joinFacets(TORRENT_FACETS, 'input')

const none = joinFacets(TORRENT_FACETS, 'none')
/** Members of rows on a node without any of the capabilities. */
export const NO_FACET_ROW = valuesOf(FACET_ROW)
/** Members of details on a node without any of the capabilities. */
export const NO_FACET_DETAIL = valuesOf(FACET_DETAIL)

function valuesOf<Shape extends object>(shape: Shape) {
  const values = Object.keys(shape).map(name => [name, none[name as keyof typeof none]])
  return Object.fromEntries(values) as Pick<typeof none, keyof Shape & keyof typeof none>
}
