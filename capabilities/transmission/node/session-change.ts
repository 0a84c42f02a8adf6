/** Converts the arguments of session-set to a change of Shoal's settings. */
import type { Settings, SettingsChange } from '@shoal/api'
import { givenMembers, givenSettings } from '@shoal/node/node/server/compat/given-settings.ts'
import { alternativeTimes, scheduleWith } from '@shoal/node/node/server/compat/schedule.ts'
import { type Arguments, readBoolean, readNumber, readText } from './arguments.ts'
import { ENCRYPTION } from './session-fields.ts'
import { bytesPerSecond, DEFAULT_SPEED, toSpeed, USUAL } from './status.ts'

/** Reads the arguments of one request. */
class Reader {
  readonly #args: Arguments
  readonly #remembered: Map<string, number>

  constructor(args: Arguments, remembered: Map<string, number>) {
    this.#args = args
    this.#remembered = remembered
  }

  has(name: string): boolean {
    return this.#args[name] !== undefined
  }

  text(name: string): string | undefined {
    return readText(this.#args, name) || undefined
  }

  bool(name: string): boolean | undefined {
    return readBoolean(this.#args, name)
  }

  whole(name: string): number | undefined {
    const value = readNumber(this.#args, name)
    return value === undefined ? undefined : Math.round(value)
  }

  /**
   * Reads a number that only applies while its switch is on. Returns null if it is off, undefined
   * if nothing changes: a number whose switch is off is stored until it is on.
   */
  switched(
    name: string,
    isOn: boolean | undefined,
    was: number | null,
    usual: number,
  ): number | null | undefined {
    const given = readNumber(this.#args, name)
    if (given !== undefined) this.#remembered.set(name, given)
    if (isOn === false) return null
    if (isOn !== true && (was === null || given === undefined)) return undefined
    return Math.max(0, given ?? was ?? this.#remembered.get(name) ?? usual)
  }

  /** Returns the given value, the one in effect, or the one given before. */
  kept(name: string, before: number, holds: boolean): number {
    const given = readNumber(this.#args, name)
    if (given !== undefined) this.#remembered.set(name, given)
    return given ?? (holds ? before : (this.#remembered.get(name) ?? before))
  }

  count(
    name: string,
    isOn: boolean | undefined,
    was: number | null,
    usual: number,
  ): number | null | undefined {
    const value = this.switched(name, isOn, was, usual)
    return typeof value === 'number' ? Math.max(1, Math.round(value)) : value
  }

  speed(name: string, isOn: boolean | undefined, was: number | null): number | null | undefined {
    const value = this.switched(name, isOn, was === null ? null : toSpeed(was), DEFAULT_SPEED)
    return typeof value === 'number' ? bytesPerSecond(value) : value
  }
}

/** Ignores arguments for features that Shoal does not have. */
export function sessionChange(
  args: Arguments,
  settings: Settings,
  remembered: Map<string, number>,
): SettingsChange {
  const read = new Reader(args, remembered)
  const limits = limitsChange(read, settings)
  return givenSettings({
    downloads: downloadsChange(read),
    network: networkChange(read),
    limits: { ...limits, ...timesChange(read, { ...settings.limits, ...givenMembers(limits) }) },
    queue: {
      maxDownloads: read.count(
        'download-queue-size',
        read.bool('download-queue-enabled'),
        settings.queue.maxDownloads,
        USUAL['download-queue-size'],
      ),
      maxSeeds: read.count(
        'seed-queue-size',
        read.bool('seed-queue-enabled'),
        settings.queue.maxSeeds,
        USUAL['seed-queue-size'],
      ),
    },
    seeding: seedingChange(read, settings),
  })
}

function downloadsChange(read: Reader) {
  const starts = read.bool('start-added-torrents')
  return { directory: read.text('download-dir'), startPaused: starts === undefined ? undefined : !starts }
}

function networkChange(read: Reader) {
  const encryption = read.text('encryption')
  const policies = Object.keys(ENCRYPTION) as (keyof typeof ENCRYPTION)[]
  return {
    port: read.bool('peer-port-random-on-start') ? 0 : read.whole('peer-port'),
    encryption: policies.find(policy => ENCRYPTION[policy] === encryption),
    dht: read.bool('dht-enabled'),
    lsd: read.bool('lpd-enabled'),
    portMapping: read.bool('port-forwarding-enabled'),
    pex: read.bool('pex-enabled'),
    utp: read.bool('utp-enabled'),
    maxConnections: read.whole('peer-limit-global') ?? read.whole('peer-limit'),
    maxConnectionsPerTorrent: read.whole('peer-limit-per-torrent'),
  }
}

function limitsChange(read: Reader, { limits }: Settings) {
  const alternative = (name: string) => (read.has(name) ? read.speed(name, true, null) : undefined)
  return {
    downloadBytesPerSecond: read.speed(
      'speed-limit-down',
      read.bool('speed-limit-down-enabled'),
      limits.downloadBytesPerSecond,
    ),
    uploadBytesPerSecond: read.speed(
      'speed-limit-up',
      read.bool('speed-limit-up-enabled'),
      limits.uploadBytesPerSecond,
    ),
    alternative: read.bool('alt-speed-enabled'),
    alternativeDownloadBytesPerSecond: alternative('alt-speed-down'),
    alternativeUploadBytesPerSecond: alternative('alt-speed-up'),
  }
}

/** The time of day at which the alternative limits apply. */
function timesChange(read: Reader, limits: Settings['limits']) {
  const names = ['alt-speed-time-enabled', 'alt-speed-time-begin', 'alt-speed-time-end', 'alt-speed-time-day']
  const followsLimits = read.has('alt-speed-down') || read.has('alt-speed-up')
  const was = alternativeTimes(limits)
  if (!names.some(name => read.has(name)) && !(followsLimits && was.isOn)) return {}
  const isOn = read.bool('alt-speed-time-enabled') ?? was.isOn
  const number = (name: string, before: number) => read.kept(name, before, was.isOn)
  const bits = number(
    'alt-speed-time-day',
    was.days.reduce((all, day) => all | (1 << day), 0),
  )
  const times = {
    isOn,
    beginMinutes: number('alt-speed-time-begin', was.beginMinutes),
    endMinutes: number('alt-speed-time-end', was.endMinutes),
    days: [0, 1, 2, 3, 4, 5, 6].filter(day => bits & (1 << day)),
  }
  return { schedule: scheduleWith(times, limits) }
}

function seedingChange(read: Reader, { seeding }: Settings) {
  const ratio = read.switched(
    'seedRatioLimit',
    read.bool('seedRatioLimited'),
    seeding.ratioLimit,
    USUAL.seedRatioLimit,
  )
  const isTimed = read.bool('idle-seeding-limit-enabled')
  return {
    ratioLimit: typeof ratio === 'number' ? Math.max(0.01, ratio) : ratio,
    timeLimitMinutes: read.count(
      'idle-seeding-limit',
      isTimed,
      seeding.timeLimitMinutes,
      USUAL['idle-seeding-limit'],
    ),
  }
}
