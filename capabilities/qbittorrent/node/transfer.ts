import type { NodeStats, Settings } from '@shoal/api'
import { changes, reads, type WebContext, type WebMethod, type WebMethods } from './answer.ts'
import { Refusal } from './refusal.ts'
import { rateLimit } from './torrents-act.ts'

type Limit = keyof Pick<
  Settings['limits'],
  | 'downloadBytesPerSecond'
  | 'uploadBytesPerSecond'
  | 'alternativeDownloadBytesPerSecond'
  | 'alternativeUploadBytesPerSecond'
>

const SPEED_LIMITS = {
  up_limit: 'uploadBytesPerSecond',
  dl_limit: 'downloadBytesPerSecond',
  alt_up_limit: 'alternativeUploadBytesPerSecond',
  alt_dl_limit: 'alternativeDownloadBytesPerSecond',
} as const satisfies Record<string, Limit>

export const TRANSFER_METHODS: WebMethods = {
  'transfer/info': reads(async (_, { call }) => transferInfo(await call('getStats', {}))),
  'transfer/speedLimitsMode': reads(async (_, { call }) => {
    return (await call('getSettings', {})).limits.alternative ? '1' : '0'
  }),
  'transfer/toggleSpeedLimitsMode': changes(async (_, { call }) => {
    const { alternative } = (await call('getSettings', {})).limits
    await call('changeSettings', { limits: { alternative: !alternative } })
    return undefined
  }),
  'transfer/setSpeedLimitsMode': changes(async (params, { call }) => {
    const mode = params.required('mode')
    if (mode !== '0' && mode !== '1') throw new Refusal(400, 'mode is neither 0 nor 1')
    await call('changeSettings', { limits: { alternative: mode === '1' } })
    return undefined
  }),
  'transfer/downloadLimit': effectiveLimit('downloadBytesPerSecond', 'alternativeDownloadBytesPerSecond'),
  'transfer/uploadLimit': effectiveLimit('uploadBytesPerSecond', 'alternativeUploadBytesPerSecond'),
  'transfer/setDownloadLimit': setLimit('downloadBytesPerSecond', 'alternativeDownloadBytesPerSecond'),
  'transfer/setUploadLimit': setLimit('uploadBytesPerSecond', 'alternativeUploadBytesPerSecond'),
  'transfer/getSpeedLimits': reads(async (_, { call }) => {
    const { limits } = await call('getSettings', {})
    return Object.fromEntries(Object.entries(SPEED_LIMITS).map(([name, limit]) => [name, limits[limit] ?? 0]))
  }),
  'transfer/setSpeedLimits': changes(async (params, { call }) => {
    const limits = Object.entries(SPEED_LIMITS).map(([name, limit]) => [limit, rateLimit(params, name)])
    await call('changeSettings', { limits: Object.fromEntries(limits) })
    return undefined
  }),
  'transfer/banPeers': changes(async params => {
    params.required('peers')
    throw new Refusal(409, 'Shoal has no list of banned peers')
  }),
}

/** Returns the name of the limit in use: the alternative one while alternative limits are on. */
async function nameNow(usual: Limit, alternative: Limit, { call }: WebContext): Promise<Limit> {
  return (await call('getSettings', {})).limits.alternative ? alternative : usual
}

function effectiveLimit(usual: Limit, alternative: Limit): WebMethod {
  return reads(async (_, context) => {
    const { limits } = await context.call('getSettings', {})
    return String(limits[await nameNow(usual, alternative, context)] ?? 0)
  })
}

function setLimit(usual: Limit, alternative: Limit): WebMethod {
  return changes(async (params, context) => {
    const name = await nameNow(usual, alternative, context)
    await context.call('changeSettings', { limits: { [name]: rateLimit(params) } })
    return undefined
  })
}

/**
 * Whether peers can reach this node is unknown to this API: it counts as connected while it
 * listens.
 */
export function transferInfo(stats: NodeStats) {
  return {
    connection_status: 'connected',
    dht_nodes: stats.dhtNodes ?? 0,
    dl_info_data: stats.session.downloadedBytes,
    dl_info_speed: Math.round(stats.downloadBytesPerSecond),
    dl_rate_limit: stats.limits.downloadBytesPerSecond ?? 0,
    up_info_data: stats.session.uploadedBytes,
    up_info_speed: Math.round(stats.uploadBytesPerSecond),
    up_rate_limit: stats.limits.uploadBytesPerSecond ?? 0,
  }
}
