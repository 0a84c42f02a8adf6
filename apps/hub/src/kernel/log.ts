import type { Log } from '@shoal/daemon/log'

/** Log of a hub. Entries can have additional members of any name. */
export type HubLog = Log<Record<string, unknown>>

/** A log that drops everything. */
export const NO_LOG: HubLog = { debug() {}, info() {}, warn() {}, error() {} }
