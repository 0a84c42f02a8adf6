/** Converts the arguments of app/setPreferences to a change of Shoal's settings. */
import type { Settings, SettingsChange } from '@shoal/api'
import { givenMembers, givenSettings } from '@shoal/node/node/server/compat/given-settings.ts'
import { alternativeTimes, scheduleWith } from '@shoal/node/node/server/compat/schedule.ts'
import {
  ENCRYPTION,
  isQueueing,
  LIMIT_ACTIONS,
  layoutNamed,
  PROTOCOL,
  SCHEDULED_DAYS,
} from './preferences.ts'
import { Refusal } from './refusal.ts'

type Given = Readonly<Record<string, unknown>>

/** Ignores preferences that Shoal does not have. Throws for a value of the wrong type. */
export function settingsChange(given: Given, settings: Settings): SettingsChange {
  const limits = limitsChange(given)
  return givenSettings({
    downloads: {
      directory: text(given, 'save_path') || undefined,
      layout: layoutNamed(text(given, 'torrent_content_layout')),
      preallocate: bool(given, 'preallocate_all'),
      startPaused: bool(given, 'start_paused_enabled') ?? bool(given, 'add_stopped_enabled'),
    },
    network: networkChange(given),
    privacy: {
      ipFilter:
        bool(given, 'ip_filter_enabled') === false ? null : text(given, 'ip_filter_path') || undefined,
      filterTrackers: bool(given, 'ip_filter_trackers'),
    },
    limits: { ...limits, schedule: scheduleChange(given, settings.limits, limits) },
    queue: queueChange(given, settings),
    seeding: seedingChange(given, settings),
  })
}

/** Omits the settings with these dotted names. */
export function withoutFixed(change: SettingsChange, fixed: readonly string[]): SettingsChange {
  const groups = Object.entries(change).map(([group, members]) => {
    const free = Object.entries(members ?? {}).filter(([name]) => !fixed.includes(`${group}.${name}`))
    return [group, Object.fromEntries(free)] as const
  })
  return Object.fromEntries(groups.filter(([, members]) => Object.keys(members).length > 0))
}

function networkChange(given: Given) {
  const encryption = number(given, 'encryption')
  const protocol = number(given, 'bittorrent_protocol')
  return {
    port: bool(given, 'random_port') ? 0 : whole(given, 'listen_port'),
    encryption: findName(ENCRYPTION, encryption),
    dht: bool(given, 'dht'),
    lsd: bool(given, 'lsd'),
    portMapping: bool(given, 'upnp'),
    pex: bool(given, 'pex'),
    // Shoal has no mode with only uTP.
    utp: protocol === undefined ? undefined : protocol !== PROTOCOL.tcp,
    // -1: unlimited.
    maxConnections: positive(given, 'max_connec', 65_535),
    maxConnectionsPerTorrent: positive(given, 'max_connec_per_torrent', 65_535),
    uploadSlots: positive(given, 'max_uploads_per_torrent', 1000),
  }
}

function limitsChange(given: Given) {
  return {
    downloadBytesPerSecond: rate(given, 'dl_limit'),
    uploadBytesPerSecond: rate(given, 'up_limit'),
    alternativeDownloadBytesPerSecond: rate(given, 'alt_dl_limit'),
    alternativeUploadBytesPerSecond: rate(given, 'alt_up_limit'),
    limitLocalPeers: bool(given, 'limit_lan_peers'),
  }
}

function scheduleChange(given: Given, limits: Settings['limits'], change: ReturnType<typeof limitsChange>) {
  const names = ['scheduler_enabled', 'scheduler_days', 'schedule_from_hour', 'schedule_from_min']
  const was = alternativeTimes(limits)
  const followsLimits = was.isOn && ('alt_dl_limit' in given || 'alt_up_limit' in given)
  const isNamed = [...names, 'schedule_to_hour', 'schedule_to_min'].some(name => name in given)
  if (!isNamed && !followsLimits) return undefined
  const time = (name: string, minutes: number) =>
    (number(given, `${name}_hour`) ?? Math.floor(minutes / 60)) * 60 +
    (number(given, `${name}_min`) ?? minutes % 60)
  const times = {
    isOn: bool(given, 'scheduler_enabled') ?? was.isOn,
    beginMinutes: time('schedule_from', was.beginMinutes),
    endMinutes: time('schedule_to', was.endMinutes),
    days: SCHEDULED_DAYS[number(given, 'scheduler_days') ?? -1] ?? was.days,
  }
  return scheduleWith(times, { ...limits, ...givenMembers(change) })
}

/** qBittorrent's default limits. */
const USUAL_MOST = 3

function queueChange(given: Given, { queue }: Settings) {
  const isOn = bool(given, 'queueing_enabled')
  const change = {
    maxDownloads: most(given, 'max_active_downloads', isOn === false),
    maxSeeds: most(given, 'max_active_uploads', isOn === false),
  }
  const isLimited = isQueueing({ ...queue, ...givenMembers(change) })
  return isOn && !isLimited ? { maxDownloads: USUAL_MOST, maxSeeds: USUAL_MOST } : change
}

function seedingChange(given: Given, { seeding }: Settings) {
  const limit = (name: string, was: number | null, least: number) => {
    const [isOn, value] = [bool(given, `${name}_enabled`), number(given, name)]
    if (isOn === false || (value !== undefined && value < 0)) return null
    if (isOn === undefined && was === null) return undefined
    return value === undefined ? undefined : Math.max(least, value)
  }
  const minutes = limit('max_seeding_time', seeding.timeLimitMinutes, 1)
  return {
    ratioLimit: limit('max_ratio', seeding.ratioLimit, 0.01),
    timeLimitMinutes: typeof minutes === 'number' ? Math.round(minutes) : minutes,
    action: findName(LIMIT_ACTIONS, number(given, 'max_ratio_act')),
  }
}

function findName<Name extends string>(
  table: Readonly<Record<Name, number>>,
  value: number | undefined,
): Name | undefined {
  return (Object.keys(table) as Name[]).find(name => table[name] === value)
}

/** 0 and below: no limit. */
function rate(given: Given, name: string): number | null | undefined {
  const value = whole(given, name)
  return value === undefined ? undefined : value > 0 ? value : null
}

function most(given: Given, name: string, isOff: boolean): number | null | undefined {
  const value = whole(given, name)
  return isOff || (value !== undefined && value < 0)
    ? null
    : value === undefined
      ? undefined
      : Math.max(1, value)
}

function positive(given: Given, name: string, most: number): number | undefined {
  const value = whole(given, name)
  return value === undefined ? undefined : value > 0 ? value : most
}

function whole(given: Given, name: string): number | undefined {
  const value = number(given, name)
  return value === undefined ? undefined : Math.round(value)
}

function number(given: Given, name: string): number | undefined {
  const value = given[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new Refusal(400, `${name} is not a number`)
}

function bool(given: Given, name: string): boolean | undefined {
  const value = given[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  throw new Refusal(400, `${name} is neither true nor false`)
}

function text(given: Given, name: string): string | undefined {
  const value = given[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value.trim()
  throw new Refusal(400, `${name} is not a string`)
}
