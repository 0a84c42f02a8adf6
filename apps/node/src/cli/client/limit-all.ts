/** `shoal limit` without torrents: limits for all transfers together. */
import type { SettingsChange } from '@shoal/api'
import { UsageError } from '../../base/failure.ts'
import { rateLimit, rateLimitText } from '../../base/limits.ts'
import { formatDuration } from '../../base/text/format.ts'
import type { Output } from '../output.ts'
import type { NodeClient } from './node-client.ts'

interface Given {
  readonly down: number | undefined
  readonly up: number | undefined
  readonly ratio: number | null | undefined
  readonly seedingTime: number | null | undefined
  readonly alternative: 'on' | 'off' | undefined
}

const REASONS = {
  settings: 'as the settings say',
  alternative: 'the alternative limits are on',
  schedule: 'by the schedule',
}

/** Changes the given limits and shows those that apply now. */
export async function limitAll({ api }: NodeClient, given: Given, output: Output): Promise<void> {
  const change = changeOf(given)
  if (Object.keys(change).length > 0) await api.changeSettings(change)
  const [{ limits, seeding }, stats] = await Promise.all([api.getSettings({}), api.getStats({})])
  if (output.json) return output.object({ limits, seeding, now: stats.limits })
  const { downloadBytesPerSecond: down, uploadBytesPerSecond: up, by } = stats.limits
  output.line(`Now: down ${rateLimitText(down)}, up ${rateLimitText(up)} (${REASONS[by]})`)
  const pair = (down: number | null, up: number | null) =>
    `down ${rateLimitText(down)}, up ${rateLimitText(up)}`
  output.line(`Usual: ${pair(limits.downloadBytesPerSecond, limits.uploadBytesPerSecond)}`)
  const { alternativeDownloadBytesPerSecond, alternativeUploadBytesPerSecond, alternative } = limits
  const second = pair(alternativeDownloadBytesPerSecond, alternativeUploadBytesPerSecond)
  output.line(`Alternative: ${second}, ${alternative ? 'on' : 'off'}`)
  output.line(`Seeding ends: ${endText(seeding.ratioLimit, seeding.timeLimitMinutes)}`)
}

/** Throws UsageError for `default`, which has no meaning for all torrents together. */
export function changeOf({ down, up, ratio, seedingTime, alternative }: Given): SettingsChange {
  if (ratio === null || seedingTime === null)
    throw new UsageError('"default" is for single torrents: write never, or a limit')
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

function endText(ratio: number | null, minutes: number | null): string {
  const parts = [
    ...(ratio === null ? [] : [`at ratio ${ratio}`]),
    ...(minutes === null ? [] : [`after ${formatDuration(minutes * 60)}`]),
  ]
  return parts.length === 0 ? 'never' : parts.join(' or ')
}
