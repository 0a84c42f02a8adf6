import { texts } from '../texts.ts'
/** `get` and `seed` with a node. */

import { flagName, isGiven, UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import type { CommandContext } from '../command.ts'
import { CommandFailure } from '../failure.ts'
import { type AddOptions, addSources } from './add.ts'
import { asUsage, openNode } from './node-client.ts'
import type { NodeOptions } from './node-options.ts'
import { sourceKind } from './source.ts'
import { waitFor } from './wait.ts'

/** Throws UsageError for options that only work without a node. */
export function refuseWithNode(options: Readonly<Record<string, unknown>>, keys: readonly string[]): void {
  const given = keys.find(key => isGiven(options[key]))
  if (given !== undefined)
    throw new UsageError(texts.connection.notWithNode({ option: flagName(given), shoal: SHOAL }))
}

/** Adds the link, and ends when all wanted files are complete or the time is over. */
export async function getViaNode(
  link: string,
  options: AddOptions & NodeOptions & { readonly timeout: number | undefined },
  { output, interrupt }: CommandContext,
): Promise<void> {
  const time = options.timeout === undefined ? null : AbortSignal.timeout(options.timeout)
  const signal = time ? AbortSignal.any([interrupt.signal, time]) : interrupt.signal
  let isAdded = false
  try {
    const node = await openNode(options, signal)
    const { kind } = await sourceKind(link, node)
    if (kind === 'path') throw new UsageError(texts.connection.shareWithAdd({ word: link, shoal: SHOAL }))
    const added = await addSources(node, [link], options, output, { asEvents: true, signal })
    isAdded = true
    await waitFor(node, added, { output, signal })
  } catch (error) {
    if (interrupt.signal.aborted || !time?.aborted) throw error
    throw new CommandFailure(
      'timeout',
      isAdded ? texts.connection.getTimeout({ shoal: SHOAL }) : texts.connection.addTimeout({ shoal: SHOAL }),
    )
  }
}

/** Creates a torrent of a path on the node's machine, and ends when it is shared. */
export async function seedViaNode(
  path: string,
  create: Omit<Parameters<Awaited<ReturnType<typeof openNode>>['api']['createTorrent']>[0], 'path'>,
  options: NodeOptions,
  { output, interrupt }: CommandContext,
): Promise<void> {
  const { signal } = interrupt
  const node = await openNode(options, signal)
  const job = await asUsage(node.api.createTorrent({ ...create, path }))
  await waitFor(node, { torrents: [], jobs: [job.id] }, { output, signal })
}
