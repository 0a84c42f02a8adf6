import type { z } from 'zod'
import type { Merged, TorrentFacet } from './contract.ts'

type Nothing = Record<never, never>

/** Preserves the precise types of a facet, whose parts are optional. */
export function torrentFacet<
  Row extends z.ZodRawShape = Nothing,
  Detail extends z.ZodRawShape = Nothing,
  Input extends z.ZodRawShape = Nothing,
>(it: {
  readonly row?: Row
  readonly detail?: Detail
  readonly input?: Input
  readonly none: TorrentFacet<NoInfer<Row>, NoInfer<Detail>>['none']
}): TorrentFacet<Row, Detail, Input> {
  return { row: {} as Row, detail: {} as Detail, input: {} as Input, ...it }
}

/** Merges one part of all facets into one object. */
export function joinFacets<const All extends readonly TorrentFacet[], Part extends keyof TorrentFacet>(
  facets: All,
  part: Part,
) {
  return Object.assign({}, ...facets.map(facet => facet[part])) as Merged<All[number][Part]>
}
