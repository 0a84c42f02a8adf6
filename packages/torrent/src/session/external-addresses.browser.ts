/** Pages dial no addresses, so their own is of no use to them. */
export class ExternalAddresses {
  readonly version = 0
  current(): null {
    return null
  }
  vote(): void {}
  tell(): void {}
  priorityOf(): number {
    return 0
  }
  isOurs(): boolean {
    return false
  }
}
