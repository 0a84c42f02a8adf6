/** Adds torrents, links and files to a node. */
import { resolve } from 'node:path'
import type { AddTorrent, Job, Torrent } from '@shoal/api'
import { isShareLink, parseShareLink } from '@shoal/links'
import { UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { askSecret } from '../ask-secret.ts'
import { explainFailure } from '../failure.ts'
import type { Output } from '../output.ts'
import { texts } from '../texts.ts'
import { rateLimit } from '../values/limits.ts'
import { asUsage, type NodeClient } from './node-client.ts'
import { readSource, type Source } from './source.ts'
import type { Awaited } from './wait.ts'

export interface AddOptions {
  readonly out?: string | undefined
  readonly label?: string | undefined
  readonly tag?: readonly string[]
  readonly paused?: boolean
  readonly select?: readonly number[] | undefined
  readonly priority?: readonly { readonly indexes: readonly number[]; readonly priority: number }[]
  readonly sequential?: boolean
  readonly superSeeding?: boolean
  readonly firstLastFirst?: boolean
  readonly layout?: AddTorrent['layout']
  readonly trusted?: boolean
  readonly peer?: readonly string[]
  readonly tracker?: readonly string[]
  readonly webSeed?: readonly string[]
  readonly limitDown?: number | undefined
  readonly limitUp?: number | undefined
  readonly ratio?: number | null | undefined
  readonly seedingTime?: number | null | undefined
  readonly queue?: 'first' | 'last' | undefined
  /** Let others find by search what is shared. */
  readonly findable?: boolean
  /** File with the passphrase of a sealed share; without it, the user is asked. */
  readonly passphraseFile?: string | undefined
}

interface Outcome {
  readonly added: boolean
  readonly torrent: Torrent | null
  readonly job: Job | null
}

/**
 * Adds each word and reports it. A failure is reported and the others are still added; a single failure is thrown. `asEvents`: one JSON line each. `shared` are the jobs
 * that share a path.
 */
export async function addSources(
  node: NodeClient,
  words: readonly string[],
  options: AddOptions,
  output: Output,
  { asEvents, signal }: { asEvents: boolean; signal: AbortSignal },
): Promise<Awaited & { shared: string[]; failed: number }> {
  const items: object[] = []
  const awaited = { torrents: [] as string[], jobs: [] as string[], shared: [] as string[] }
  let failed = 0
  for (const word of words) {
    try {
      const { added, torrent, job } = await addOne(node, word, options, signal)
      if (torrent) awaited.torrents.push(torrent.id)
      if (job) awaited.jobs.push(job.id)
      if (job?.kind === 'create') awaited.shared.push(job.id)
      if (!output.json) for (const line of outcomeLines({ added, torrent, job })) output.line(line)
      else if (asEvents) output.object({ event: 'added', source: word, added, torrent, job })
      else items.push({ source: word, added, torrent, job })
    } catch (error) {
      if (words.length === 1) throw error
      failed++
      const failure = explainFailure(error)
      if (!output.json)
        output.error(`shoal: ${texts.add.failed({ name: word.slice(0, 80), reason: failure.message })}`)
      else if (asEvents) output.object({ event: 'not-added', source: word, error: failure })
      else items.push({ source: word, error: failure })
    }
  }
  if (output.json && !asEvents) output.object({ items })
  return { ...awaited, failed }
}

async function addOne(
  node: NodeClient,
  word: string,
  options: AddOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const source = await readSource(word, node)
  const { label, tag = [] } = options
  const labels = { ...(label !== undefined && { label }), ...(tag.length > 0 && { tags: [...tag] }) }
  if (source.kind === 'path') {
    const job = await asUsage(
      node.api.createTorrent({
        ...{ path: source.path, trackers: [...(options.tracker ?? [])], ...labels },
        ...(options.findable && { findable: true }),
      }),
    )
    return { added: true, torrent: null, job }
  }
  if (options.findable) throw new UsageError(texts.add.findableLink({ shoal: SHOAL }))
  const { kind: _kind, ...what } = source
  const input = { ...what, ...addInput(onNode(options, node)), ...labels }
  return asUsage(node.api.addTorrent({ ...input, ...(await passphraseFor(source, options, signal)) }))
}

/** Asks for the passphrase of a share that needs one. */
async function passphraseFor(
  source: Source,
  { passphraseFile }: AddOptions,
  signal: AbortSignal,
): Promise<{ passphrase?: string }> {
  if (source.kind !== 'link' || !isShareLink(source.source)) return {}
  if (parseShareLink(source.source).seal?.by !== 'passphrase') return {}
  const secret = { file: passphraseFile, option: '--passphrase-file', signal }
  return { passphrase: await askSecret(texts.ask.sharePassphrase, secret) }
}

/** Resolves a path if the node runs on this machine. */
function onNode(options: AddOptions, { address }: NodeClient): AddOptions {
  const isHere = address.dataDir !== null && options.out !== undefined
  return isHere ? { ...options, out: resolve(options.out!) } : options
}

/** Leaves out options that were not given, so that the node's settings apply. */
function addInput(options: AddOptions): Omit<AddTorrent, 'source' | 'torrent'> {
  const { out, paused, select, sequential, superSeeding, firstLastFirst, layout, trusted, queue } = options
  const { limitDown, limitUp, ratio, seedingTime } = options
  const lists = { peers: options.peer, trackers: options.tracker, webSeeds: options.webSeed }
  const priorities = (options.priority ?? []).flatMap(({ indexes, priority }) =>
    indexes.map(index => ({ index, priority })),
  )
  return {
    ...(out !== undefined && { directory: out }),
    ...(paused && { paused }),
    ...(select !== undefined && { select: [...select] }),
    ...(priorities.length > 0 && { priorities }),
    ...(sequential && { sequential }),
    ...(superSeeding && { superSeeding }),
    ...(firstLastFirst && { firstLastFirst }),
    ...(layout !== undefined && { layout }),
    ...(trusted && { trusted }),
    ...Object.fromEntries(
      Object.entries(lists).flatMap(([key, list]) => (list && list.length > 0 ? [[key, [...list]]] : [])),
    ),
    ...(limitDown !== undefined && { downloadLimitBytesPerSecond: rateLimit(limitDown) }),
    ...(limitUp !== undefined && { uploadLimitBytesPerSecond: rateLimit(limitUp) }),
    ...(ratio !== undefined && { ratioLimit: ratio }),
    ...(seedingTime !== undefined && { seedingTimeLimitMinutes: seedingTime }),
    ...(queue !== undefined && { queue }),
  }
}

function outcomeLines({ added, torrent, job }: Outcome): string[] {
  if (torrent) {
    const { name, id, contentId } = torrent
    return [(added ? texts.add.added : texts.add.already)({ name, id }), texts.add.contentId({ contentId })]
  }
  return [texts.add.started({ name: job?.name ?? texts.add.someJob, id: job?.id ?? '' })]
}
