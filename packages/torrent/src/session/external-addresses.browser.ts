/** Pages dial no addresses, so their own is of no use to them. */
export class ExternalAddresses {
  readonly version = 0
  readonly stats = {
    isReachable: false,
    arrivals: [],
    externalAddresses: { ipv4: null, ipv6: null },
  } as const
  vote(): void {}
  tell(): void {}
  arrived(): void {}
  priorityOf(): number {
    return 0
  }
  isOurs(): boolean {
    return false
  }
}
