import type { OpenDatagram } from './datagram.ts'

/** Browsers have no datagrams to share. */
export class SharedDatagrams {
  readonly #open: OpenDatagram

  constructor(open: OpenDatagram) {
    this.#open = open
  }

  protocol(): OpenDatagram {
    return this.#open
  }
}
