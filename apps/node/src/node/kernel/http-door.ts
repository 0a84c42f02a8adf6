/** Opens the HTTP server to other machines, and closes it again. */
export interface HttpDoor {
  /** Whether the command line determines the addresses that the server listens at. */
  readonly isHostFixed: boolean
  readonly isPasswordFixed: boolean
  /** User name for the password. Null if there is none. */
  readonly username: string | null
  /** 0 until the server listens. */
  readonly port: number
  /** Whether other machines can connect. */
  readonly isOpen: boolean
  /**
   * Hashes a password. Returns text to store and to pass to `usePassword`. Rejects with
   * `bad-argument`.
   */
  hash(username: string, password: string): Promise<string>
  /** Replaces the password, or removes it with null. Ends logins with the old one. */
  usePassword(stored: string | null): void
  /** Allows this host name in requests, replacing that of an earlier call. */
  allowName(name: string | null): void
  /**
   * Accepts logins that are signed for this address, if its host name is allowed in requests;
   * replaces that of an earlier call.
   */
  acceptLoginsAt(url: string | null): void
  /**
   * Also listens at these addresses of the machine, replacing those of an earlier call. Returns the
   * addresses where it listens. Rejects with `no-password` without a password.
   */
  open(addresses: readonly string[]): Promise<readonly string[]>
  /** Closes all connections that were accepted through `open`. */
  shut(): void
}
