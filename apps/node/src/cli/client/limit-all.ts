/** `shoal limit` without torrents: common limits for all transfers. */
import type { SettingsChange } from '@shoal/api'
import { UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { formatDuration, formatRateLimit } from '../format.ts'
import type { Output } from '../output.ts'
import { texts } from '../texts.ts'
import { rateLimit } from '../values/limits.ts'
import type { NodeClient } from './node-client.ts'

interface Given {
  readonly down: number | undefined
  readonly up: number | undefined
  readonly ratio: number | null | undefined
  readonly seedingTime: number | null | undefined
  readonly alternative: 'on' | 'off' | undefined
}

/** Changes the given limits and shows those in effect. */
export async function limitAll({ api }: NodeClient, given: Given, output: Output): Promise<void> {
  const change = toSettingsChange(given)
  if (Object.keys(change).length > 0) await api.changeSettings(change)
  const [{ limits, seeding }, stats] = await Promise.all([api.getSettings({}), api.getStats({})])
  if (output.json) return output.object({ limits, seeding, now: stats.limits })
  const { downloadBytesPerSecond: down, uploadBytesPerSecond: up, by } = stats.limits
  output.line(texts.limit.now({ ...pair(down, up), reason: texts.limit.reasons[by] }))
  const isLimited = down !== null || up !== null
  if (isLimited && !limits.limitLocalPeers) output.line(texts.limit.notLocal({ shoal: SHOAL }))
  output.line(texts.limit.usual(pair(limits.downloadBytesPerSecond, limits.uploadBytesPerSecond)))
  const { alternativeDownloadBytesPerSecond, alternativeUploadBytesPerSecond, alternative } = limits
  const second = pair(alternativeDownloadBytesPerSecond, alternativeUploadBytesPerSecond)
  output.line(texts.limit.alternative({ ...second, state: alternative ? texts.limit.on : texts.limit.off }))
  output.line(texts.limit.seeding({ when: endText(seeding.ratioLimit, seeding.timeLimitMinutes) }))
}

/** Throws UsageError for `default`, which is meaningless for common limits. */
export function toSettingsChange({ down, up, ratio, seedingTime, alternative }: Given): SettingsChange {
  if (ratio === null || seedingTime === null) throw new UsageError(texts.limit.defaultOfAll)
  const limits = {
    ...(down !== undefined && { downloadBytesPerSecond: rateLimit(down) }),
    ...(up !== undefined && { uploadBytesPerSecond: rateLimit(up) }),
    ...(alternative !== undefined && { alternative: alternative === 'on' }),
  }
  const seeding = {
    ...(ratio !== undefined && { ratioLimit: ratio === 0 ? null : ratio }),
    ...(seedingTime !== undefined && { timeLimitMinutes: seedingTime === 0 ? null : seedingTime }),
  }
  return {
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(seeding).length > 0 && { seeding }),
  }
}

function pair(down: number | null, up: number | null) {
  return { down: formatRateLimit(down), up: formatRateLimit(up) }
}

function endText(ratio: number | null, minutes: number | null): string {
  const parts = [
    ...(ratio === null ? [] : [texts.limit.atRatio({ ratio })]),
    ...(minutes === null ? [] : [texts.limit.afterTime({ time: formatDuration(minutes * 60) })]),
  ]
  return parts.length === 0 ? texts.limit.never : parts.join(texts.format.or)
}
