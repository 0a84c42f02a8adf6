import type { IpFamily } from './datagram.ts'

export interface ResolvedAddress {
  /** IP literal, lower case, without brackets. */
  readonly host: string
  readonly family: IpFamily
}

/**
 * Addresses of a host name, in the system's order of preference; an IP literal (IPv6 in brackets or not) is returned as it is. Rejects
 * with a ShoalError `unreachable` when the name is unknown or nobody answered, or with the signal's reason.
 */
export type ResolveHost = (host: string, options?: { signal?: AbortSignal }) => Promise<ResolvedAddress[]>
