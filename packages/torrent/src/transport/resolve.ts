import type { IpFamily } from './datagram.ts'

export interface ResolvedAddress {
  /** IP literal, lower case, without brackets. */
  readonly host: string
  readonly family: IpFamily
}

/**
 * Resolves a host name to its addresses, in the system's order of preference. An IP literal (IPv6
 * with or without brackets) is returned as it is. Rejects with a ShoalError `unreachable` if the
 * name is unknown or no server answers, or with the signal's reason.
 */
export type ResolveHost = (host: string, options?: { signal?: AbortSignal }) => Promise<ResolvedAddress[]>
