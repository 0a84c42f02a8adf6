import type { HaveAnnouncerOptions } from './have-announcer.ts'

/** Announces new pieces to all peers at once (BEP 3): pages have few peers. */
export class HaveAnnouncer {
  readonly #peers: HaveAnnouncerOptions['peers']

  constructor({ peers }: HaveAnnouncerOptions) {
    this.#peers = peers
  }

  add(piece: number): void {
    for (const peer of [...this.#peers.values()]) peer.sendHaves([piece])
  }

  flush(): void {}

  stop(): void {}
}
