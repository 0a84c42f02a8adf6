/** Lets other machines reach the HTTP server, and keeps them out again. */
export interface HttpDoor {
  /** Whether the command line decides where the server listens. */
  readonly isHostFixed: boolean
  readonly isPasswordFixed: boolean
  /** User name of the password. Null if there is none. */
  readonly username: string | null
  /** 0 until the server listens. */
  readonly port: number
  /** Whether other machines can connect. */
  readonly isOpen: boolean
  /** Hashes a password. Returns text to store and to give to `usePassword`. Rejects with `bad-argument`. */
  hash(username: string, password: string): Promise<string>
  /** Replaces the password; null removes it. Logins with the old one end. */
  usePassword(stored: string | null): void
  /** Allows requests to use this name in place of an address, and no longer the one of an earlier call. */
  allowName(name: string | null): void
  /** Accepts logins that are signed for this address, if its name is one that requests may use, and no longer for the one of an earlier call. */
  acceptLoginsAt(url: string | null): void
  /**
   * Listens at these addresses of the machine besides its own, and no longer at others that an earlier call named. Returns those where it
   * listens. Rejects with `no-password` without a password.
   */
  open(addresses: readonly string[]): Promise<readonly string[]>
  /** Ends all connections that came in through `open`. */
  shut(): void
}
