/** The rows of a search: results from the network and from the node's own list, in one order. */
import type { SearchHit, SearchRow, Torrent } from '@shoal/api'
import { formatDidKey } from '@shoal/identity'
import { matchScore, type SearchRow as NetworkRow, rankRows, rowScore } from '@shoal/network'
import { foldInPlace, splitWords } from '@shoal/network/words'
import { formatMagnet, type InfoHashes, torrentCid } from '@shoal/torrent'

/**
 * Rank of a word that only occurs in the text of a document: after those of `EntryWords.places`.
 */
const IN_TEXT = 3
const MAX_HITS = 3
/** The user chose what is in the list. */
const OWN_TRUST = 1

/** A matching torrent of the node's list. */
export interface OwnMatch {
  readonly torrent: Torrent
  readonly infoHashes: InfoHashes
  /** Best first. */
  readonly hits: readonly SearchHit[]
}

/** A row without the member that only `SearchRun` knows. */
export type FoundRow = Omit<SearchRow, 'counting'>

/** The parts that `rowsOf` combines. Keys are content IDs. */
export interface Found {
  readonly network: readonly NetworkRow[]
  readonly own: ReadonlyMap<string, OwnMatch>
  /** Number of reachable seeds. */
  readonly seeds: ReadonlyMap<string, number>
  /** Returns the id of the listed torrent with one of these hashes. */
  listed(infoHashes: InfoHashes): string | null
  /** Returns whether this is the node's own key: Ed25519, 32 bytes. */
  isOwn(publisher: Uint8Array): boolean
  /** Returns the contact who has shown this key, with the name that the user chose, or null. */
  contactOf(publisher: Uint8Array): { readonly name: string | null } | null
  /** Patterns of the search words: see `toPatterns`. */
  readonly patterns: readonly RegExp[]
}

/** Returns the content ID of the torrent that an entry describes. */
export function cidOf({ signed }: Pick<NetworkRow, 'signed'>): string {
  return torrentCid(hashesOf(signed.entry))
}

/**
 * Returns all rows, best first: by match, trust and seeds, then unconfirmed rows of the network.
 */
export function rowsOf(found: Found): FoundRow[] {
  const { network, own, seeds, patterns } = found
  const ranked = rankRows(network.map(row => ({ ...row, seeds: seeds.get(cidOf(row)) ?? null })))
  const rows = ranked.map(row => ({ score: rowScore(row), row: networkRow(row, found) }))
  const known = new Set(rows.map(({ row }) => row.id))
  const others = [...own]
    .filter(([cid]) => !known.has(cid))
    .map(([cid, match]) => {
      const row = ownRow(cid, match, patterns)
      return { score: rowScore({ match: row.match, trust: OWN_TRUST, seeds: null }), row }
    })
    .sort((a, b) => b.score - a.score)
  const merged: FoundRow[] = []
  for (const { score, row } of rows) {
    while (others.length > 0 && (!row.confirmed || others[0]!.score >= score))
      merged.push(others.shift()!.row)
    merged.push(row)
  }
  return [...merged, ...others.map(({ row }) => row)]
}

function networkRow(row: NetworkRow, { listed, own, isOwn, contactOf }: Found): FoundRow {
  const { signed, match, confirmed, seeds, trust, alsoPublishedBy } = row
  const { entry } = signed
  const { publisher } = entry
  const contact = contactOf(publisher)
  const id = cidOf(row)
  const infoHashes = hashesOf(entry)
  return {
    ...{ id, title: entry.title, link: formatMagnet({ infoHashes, name: entry.title }) },
    ...{ totalBytes: entry.bytes, fileCount: entry.fileCount },
    files: entry.files.map(({ path, bytes }) => ({ path, lengthBytes: bytes })),
    ...{ tags: [...entry.tags], license: entry.license, language: entry.language },
    publishedMs: entry.published * 1000,
    publisher: {
      ...{ did: formatDidKey(publisher), own: isOwn(publisher), trust },
      ...{ contact: contact !== null, name: contact?.name ?? null },
    },
    ...{ alsoPublishedBy, match, confirmed, seeds },
    torrent: listed(infoHashes),
    hits: own.get(id)?.hits.slice(0, MAX_HITS) ?? [],
  }
}

function ownRow(id: string, { torrent, infoHashes, hits }: OwnMatch, patterns: readonly RegExp[]): FoundRow {
  const { name, totalBytes, fileCount, tags } = torrent
  const [title, paths] = [foldInPlace(name), hits.map(({ path }) => foldInPlace(path ?? ''))]
  const places = patterns.map(each => {
    if (each.test(title)) return 0
    return paths.some(path => each.test(path)) ? 2 : IN_TEXT
  })
  return {
    ...{ id, title: name, link: formatMagnet({ infoHashes, name }), totalBytes, fileCount, tags },
    ...{ files: [], license: null, language: null, publishedMs: null, publisher: null },
    ...{
      alsoPublishedBy: 0,
      match: matchScore(places, splitWords(name).length),
      confirmed: true,
      seeds: null,
    },
    ...{ torrent: torrent.id, hits: hits.slice(0, MAX_HITS) },
  }
}

/** Returns the hashes of the torrent that an entry describes. */
export function hashesOf({ infoHashV1, infoHashV2 }: NetworkRow['signed']['entry']): InfoHashes {
  return { ...(infoHashV1 && { v1: infoHashV1 }), ...(infoHashV2 && { v2: infoHashV2 }) }
}
