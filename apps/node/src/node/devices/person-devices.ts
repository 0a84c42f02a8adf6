/** The device lists of the node's user: which ones are accepted, and alarms about them. */

import type { DeviceAlarm } from '@shoal/api'
import type { Database } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import {
  type DeviceHistory,
  type DeviceHistoryText,
  didOf,
  isCurrent,
  judgeDeviceLists,
  newestList,
  readDeviceHistory,
  writeDeviceHistory,
} from '@shoal/identity/devices'
import { hex } from '@shoal/torrent/base'
import { SHOAL } from '../../base/program.ts'
import type { DeviceLogins } from '../kernel/device-logins.ts'
import type { Log } from '../kernel/log/log.ts'

/** How long before the expiry of the list the user is reminded. */
const REMIND_SECONDS = 14 * 86_400

export class PersonDevices implements DeviceLogins {
  readonly #database: Database
  readonly #now: () => number
  readonly #listeners = new Set<() => void>()
  #history: DeviceHistory | null
  #wasCurrent = false

  /** `now`: milliseconds since the Unix epoch. */
  constructor(database: Database, now: () => number, log: Pick<Log, 'warn'>) {
    this.#database = database
    this.#now = now
    const kept = database.prepare<{ history: string }>('SELECT history FROM device_history').get()
    this.#history = null
    try {
      if (kept) this.#history = readDeviceHistory(JSON.parse(kept.history))
    } catch (error) {
      log.warn(
        `the device lists in the catalogue are damaged: send them again with ${SHOAL} devices send (${error})`,
      )
    }
    this.#wasCurrent = this.#isCurrent()
  }

  get history(): DeviceHistory | null {
    return this.#history
  }

  get did(): string | null {
    return this.#history && didOf(newestList(this.#history).list)
  }

  accepts(person: string, loginKey: string): boolean {
    const history = this.#history
    if (!history || person !== this.did || !this.#isCurrent()) return false
    return history.devices.some(device => hex(device.loginKey) === loginKey)
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Accepts a history that contains the known one, or that the successor of its root key
   * continues. Throws `conflict` for another person, and `bad-device-list` for lists that are
   * older or contradict the known ones, which also raises an alarm.
   */
  accept(text: DeviceHistoryText): void {
    const history = readDeviceHistory(text)
    const did = didOf(newestList(history).list)
    if (this.did !== null && did !== this.did)
      throw new Failure(
        'conflict',
        `this node is that of ${this.did}: ${SHOAL} devices forget makes it forget this person`,
        { field: 'lists' },
      )
    const verdict = judgeDeviceLists(did, this.#history && newestList(this.#history), history.lists)
    if (verdict.kind === 'older' || verdict.kind === 'forked') {
      this.#raise(verdict.kind)
      throw new Failure('bad-device-list', REFUSED[verdict.kind], { field: 'lists' })
    }
    if (verdict.kind === 'same') return
    this.#database.transaction(() => {
      this.#database
        .prepare('INSERT OR REPLACE INTO device_history VALUES (1, ?)')
        .run(JSON.stringify(writeDeviceHistory(history)))
      if (verdict.kind === 'newer' && verdict.rotated) this.#raise('rotated')
    })
    this.#use(history)
  }

  /**
   * Call it once a second: notifies the listeners when the list has expired, which ends the access
   * of its devices.
   */
  tick(): void {
    if (this.#wasCurrent && !this.#isCurrent()) this.#use(this.#history)
  }

  /** Forgets the lists. From then on, logins with a device fail. */
  forget(): void {
    this.#database.transaction(() => {
      this.#database.prepare('DELETE FROM device_history').run()
      this.dismissAlarms()
    })
    this.#use(null)
  }

  /** The last alarm of each kind. */
  get alarms(): DeviceAlarm[] {
    return this.#database
      .prepare<DeviceAlarm>('SELECT kind, at_ms AS atMs FROM device_alarms ORDER BY at_ms')
      .all()
  }

  dismissAlarms(): void {
    this.#database.prepare('DELETE FROM device_alarms').run()
  }

  /** Sentences for the health report. */
  get problems(): string[] {
    const alarms = this.alarms.map(
      ({ kind, atMs }) =>
        `${PROBLEMS[kind]} Noticed on ${dateOf(atMs)}. ${SHOAL} devices dismiss ends this message`,
    )
    if (!this.#history) return alarms
    const { list } = newestList(this.#history)
    const date = dateOf(1000 * list.expires)
    if (!this.#isCurrent())
      alarms.push(`The device list expired on ${date}, so that no device can log in: ${SHOAL} devices renew`)
    else if (!isCurrent(list, this.#seconds() + REMIND_SECONDS))
      alarms.push(`The device list expires on ${date}: ${SHOAL} devices renew signs it anew`)
    return alarms
  }

  #raise(kind: DeviceAlarm['kind']): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO device_alarms VALUES (?, ?)')
      .run(kind, Math.floor(this.#now()))
  }

  #use(history: DeviceHistory | null): void {
    this.#history = history
    this.#wasCurrent = this.#isCurrent()
    for (const listener of this.#listeners) listener()
  }

  #isCurrent(): boolean {
    return this.#history !== null && isCurrent(newestList(this.#history).list, this.#seconds())
  }

  #seconds(): number {
    return this.#now() / 1000
  }
}

const REFUSED = {
  older:
    'this device list is older than the one that this node knows: it may conceal that a device was removed',
  forked:
    'this device list contradicts the one that this node knows: the root key signed two lists with the same number, so that somebody else may have it',
} as const

const PROBLEMS: Readonly<Record<DeviceAlarm['kind'], string>> = {
  older:
    'A device list was offered that is older than the known one: its sender does not know the new one, or conceals that a device was removed.',
  forked: `Two different device lists have the same number and the signature of your root key: if you did not sign both, somebody else has it. ${SHOAL} devices rotate replaces it.`,
  rotated:
    'Your root key was replaced by its successor. If you did not do that, somebody has found the words of the successor.',
  restored: `The catalogue comes from a backup, so that its device list may not be the newest: a device that was removed may be able to log in. ${SHOAL} devices send brings the newest list.`,
}

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10)
}
