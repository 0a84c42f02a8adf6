/** Adds torrents, links and files to a node. */
import { resolve } from 'node:path'
import type { AddTorrent, Job, Torrent } from '@shoal/api'
import { ApiError } from '@shoal/api/api-error'
import { isShareLink, parseShareLink } from '@shoal/links'
import { flagName, isGiven, UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { askSecret } from '../ask-secret.ts'
import { explainFailure } from '../failure.ts'
import type { Output } from '../output.ts'
import { texts } from '../texts.ts'
import { rateLimit } from '../values/limits.ts'
import { asUsage, type NodeClient } from './node-client.ts'
import { readSource, type Source, type SourceKind, sourceKind } from './source.ts'
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
  /** Lets others find shares by search. */
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
 * Adds each word and reports it. A failure is reported and the others are still added; a single
 * failure is thrown. `asEvents`: one JSON line each. `shared`: jobs that share a path.
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
  await checkOptions(node, words, options)
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
  if (source.kind === 'path') {
    const what = { path: source.path, ...startInput(options), ...(options.findable && { findable: true }) }
    return { added: true, torrent: null, job: await inFlags(node.api.createTorrent(what)) }
  }
  const { kind: _kind, ...what } = source
  const secret = await passphraseFor(source, options, signal)
  const input = { ...what, ...addInput(onNode(options, node)), ...secret }
  return inFlags(node.api.addTorrent({ ...input, strict: true }))
}

/** Options that are meaningless for shared files, which are complete. */
const OF_DOWNLOADS = [
  ...['out', 'select', 'priority', 'sequential', 'firstLastFirst', 'layout', 'trusted', 'passphraseFile'],
] as const satisfies readonly (keyof AddOptions)[]

/**
 * Throws UsageError for an option that is invalid for one of the words, before any is added. An
 * unreadable word only fails in its turn.
 */
async function checkOptions(node: NodeClient, words: readonly string[], options: AddOptions): Promise<void> {
  const sources = await Promise.all(words.map(word => sourceKind(word, node).catch(() => null)))
  const kinds = new Set(sources.map(source => source?.kind))
  const given = OF_DOWNLOADS.find(key => isGiven(options[key]))
  if (kinds.has('path') && given !== undefined)
    throw new UsageError(texts.add.downloadsOnly({ option: flagName(given) }))
  if (options.findable && (kinds.has('link') || kinds.has('torrent')))
    throw new UsageError(texts.add.findableLink({ shoal: SHOAL }))
  if (options.findable && options.paused) throw new UsageError(texts.add.pausedFindable)
  if (options.passphraseFile !== undefined && !sources.some(needsPassphrase))
    throw new UsageError(texts.add.noPassphrase)
}

function needsPassphrase(source: Source | SourceKind | null): boolean {
  if (source?.kind !== 'link' || !isShareLink(source.source)) return false
  return parseShareLink(source.source).seal?.by === 'passphrase'
}

/** API options with a different name on the command line. */
const FLAGS: Readonly<Record<string, keyof AddOptions>> = {
  directory: 'out',
  tags: 'tag',
  priorities: 'priority',
  peers: 'peer',
  trackers: 'tracker',
  webSeeds: 'webSeed',
  downloadLimitBytesPerSecond: 'limitDown',
  uploadLimitBytesPerSecond: 'limitUp',
  ratioLimit: 'ratio',
  seedingTimeLimitMinutes: 'seedingTime',
}

/**
 * Makes the call. If the node refuses an option, throws a UsageError with the option's name as
 * typed.
 */
async function inFlags<T>(call: Promise<T>): Promise<T> {
  return asUsage(
    call.catch(error => {
      const [field = ''] = (error instanceof ApiError && error.field?.split('.')) || []
      const { code } = error as ApiError
      if (field === '' || (code !== 'conflict' && code !== 'bad-argument')) throw error
      const option = flagName(FLAGS[field] ?? field)
      throw new UsageError(`${option}: ${explainFailure(error).message}`)
    }),
  )
}

/** Asks for the passphrase of a share that needs one. */
async function passphraseFor(
  source: Source,
  { passphraseFile }: AddOptions,
  signal: AbortSignal,
): Promise<{ passphrase?: string }> {
  if (!needsPassphrase(source)) return {}
  const secret = { file: passphraseFile, option: '--passphrase-file', signal }
  return { passphrase: await askSecret(texts.ask.sharePassphrase, secret) }
}

/** Resolves a path if the node runs on this machine. */
function onNode(options: AddOptions, { address }: NodeClient): AddOptions {
  const isHere = address.dataDir !== null && options.out !== undefined
  return isHere ? { ...options, out: resolve(options.out!) } : options
}

/** Omits options that were not given, so that the node's settings apply. */
function addInput(options: AddOptions): Omit<AddTorrent, 'source' | 'torrent'> {
  const { out, select, sequential, firstLastFirst, layout, trusted } = options
  const priorities = (options.priority ?? []).flatMap(({ indexes, priority }) =>
    indexes.map(index => ({ index, priority })),
  )
  return {
    ...startInput(options),
    ...(out !== undefined && { directory: out }),
    ...(select !== undefined && { select: [...select] }),
    ...(priorities.length > 0 && { priorities }),
    ...(sequential && { sequential }),
    ...(firstLastFirst && { firstLastFirst }),
    ...(layout !== undefined && { layout }),
    ...(trusted && { trusted }),
  }
}

/** The common options of downloads and shares. */
export function startInput(options: AddOptions) {
  const { label, tag = [], paused, superSeeding, queue } = options
  const { limitDown, limitUp, ratio, seedingTime } = options
  const lists = { peers: options.peer, trackers: options.tracker, webSeeds: options.webSeed }
  return {
    ...(label !== undefined && { label }),
    ...(tag.length > 0 && { tags: [...tag] }),
    ...(paused && { paused }),
    ...(superSeeding && { superSeeding }),
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
