/** The IP filter of a node: its source file, and its state in the API. */
import type { IpFilterStatus } from '@shoal/api'
import { describeFailure, Failure } from '@shoal/daemon/failure'
import type { Session } from '@shoal/torrent'
import { count } from '../../base/format.ts'
import { IpFilterFile } from '../../base/ip-filter-file.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { TorrentManager } from './torrent-manager.ts'

/** The session opens only after the filter was read, so that no blocked peer is dialed. */
export function createIpFilter({ log }: Pick<Kernel, 'log'>, session: () => Session | null): IpFilterFile {
  return new IpFilterFile({
    onList: async list => {
      await session()?.configure({ ipFilter: list?.ranges ?? null })
      if (list) log.info(`The IP filter has ${count(list.rules, 'rule', 'rules')}`)
      if (list && list.badLines > 0) log.warn(badLinesText(list))
    },
    onError: error => log.warn(`The IP filter is unchanged: ${error.message}`),
  })
}

/** Rejects with a Failure that names the setting. */
export async function openIpFilter(ipFilter: IpFilterFile, path: string | null): Promise<void> {
  await ipFilter.open(path).catch(cause => {
    const { code, message } = describeFailure(cause)
    throw new Failure(code, message, { cause, field: 'privacy.ipFilter' })
  })
}

export function ipFilterView({ ipFilter, session }: TorrentManager): IpFilterStatus {
  const { path, list, loadedMs, error } = ipFilter
  return {
    path,
    rules: list?.rules ?? 0,
    ranges: list?.ranges.size ?? 0,
    badLines: list?.badLines ?? 0,
    firstBadLines: [...(list?.firstBad ?? [])],
    loadedMs,
    error: error?.message ?? null,
    blockedPeers: session.stats.blockedPeers,
  }
}

export function ipFilterProblems({ list, error }: Pick<IpFilterFile, 'list' | 'error'>): string[] {
  if (error && list) return [`the IP filter is out of date: ${error.message}`]
  if (error) return [`the IP filter is not in effect: ${error.message}`]
  return list && list.rules === 0 && list.badLines > 0 ? [badLinesText(list)] : []
}

function badLinesText({ badLines, firstBad }: NonNullable<IpFilterFile['list']>): string {
  const [first] = firstBad
  const such = `such as line ${first?.line}: ${first?.text}`
  return badLines === 1
    ? `the IP filter has 1 line that is not understood and ignored, ${such}`
    : `the IP filter has ${badLines} lines that are not understood and ignored, ${such}`
}
