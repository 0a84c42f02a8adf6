import type { Log } from '@shoal/daemon/log'

/** The log of a hub. Entries have further members of any name. */
export type HubLog = Log<Record<string, unknown>>

/** A log that drops everything. */
export const NO_LOG: HubLog = { debug() {}, info() {}, warn() {}, error() {} }
