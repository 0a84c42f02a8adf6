import { expect } from 'vitest'
import type { TransferContext } from '../file-transfer.ts'
import type { FileProtocol } from '../protocol.ts'
import { Throttle } from '../throttle.ts'
import { Entries } from './entries.ts'
import { quickClock } from './quick-clock.ts'

export interface TestContext extends TransferContext {
  readonly log: Entries
}

export function testContext(): TestContext {
  const clock = quickClock()
  return { clock, log: new Entries(), throttle: new Throttle(clock), active: new Set() }
}

type Report = { doneBytes: number; totalBytes?: number | null; name?: string }

/** Downloads a plain file to its end. Resolves with its path and the reports of its progress. */
export async function downloadFile(
  handler: FileProtocol,
  url: string,
  directory: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ path: string; reports: Report[] }> {
  const download = await handler.download(url, { directory })
  if (download.kind !== 'file') throw expect.unreachable('it is a torrent')
  const reports: Report[] = []
  const { path } = await download.run({ signal, report: progress => void reports.push(progress) })
  return { path, reports }
}
