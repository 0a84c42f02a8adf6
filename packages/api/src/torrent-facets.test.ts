import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Contract } from './contract.ts'
import { CONTRACTS } from './contracts.ts'
import { torrentFacet } from './facet.ts'
import { Torrent, TorrentDetail, UpdateTorrent } from './schemas/torrent.ts'
import { TORRENT_FACETS } from './schemas/torrent-facets.ts'

const contracts: readonly Contract[] = CONTRACTS

test('torrents have the facets of all contracts', () => {
  expect(contracts.flatMap(({ facets }) => facets?.torrent ?? [])).toEqual(TORRENT_FACETS)
})

test('no two capabilities add the same member to torrents', () => {
  for (const part of ['row', 'detail', 'input'] as const) {
    const names = TORRENT_FACETS.flatMap(facet => Object.keys(facet[part]))
    expect(new Set(names).size).toBe(names.length)
  }
})

test.each(
  TORRENT_FACETS.map(facet => [Object.keys({ ...facet.row, ...facet.detail, ...facet.input }).join(), facet]),
)('%s: a node can leave it out, and so can its callers', (_, { row, detail, input, none }) => {
  const shape = { ...row, ...detail }
  expect(z.strictObject(shape).parse(none)).toEqual(none)
  expect(z.strictObject(input).parse({})).toEqual({})
  expect(Torrent.shape).toMatchObject(row)
  expect(TorrentDetail.shape).toMatchObject(shape)
  expect(UpdateTorrent.shape).toMatchObject(input)
})

test('the values of a facet have the types of its members', () => {
  const facet = torrentFacet({ row: { note: z.string() }, none: { note: '' } })
  expect(facet.detail).toEqual({})
  // @ts-expect-error: a number is not a note.
  torrentFacet({ row: { note: z.string() }, none: { note: 1 } })
})
