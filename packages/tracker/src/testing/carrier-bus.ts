import type { Carrier, CarrierEvents } from '../join/carrier.ts'

/** Delivers frames between the stores of a test, at once, while it is up. */
export class CarrierBus {
  readonly #carriers = new Map<number, CarrierEvents>()
  readonly #dead = new Set<number>()
  readonly #cut = new Set<number>()
  #isUp = true

  carrier(number: number): Carrier {
    const bring = (to: number, frame: Uint8Array) => {
      if (this.#isUp && !this.#cut.has(to)) this.#carriers.get(to)?.frame(frame.slice())
    }
    return {
      number,
      start: events => {
        this.#carriers.set(number, events)
        if (this.#isUp) events.joined()
      },
      publish: frame => {
        // Redis delivers frames to the sender, too.
        if (!this.#dead.has(number)) for (const to of this.#carriers.keys()) bring(to, frame)
      },
      send: (to, frame) => {
        if (!this.#dead.has(number)) bring(to, frame)
      },
      close: async () => void this.#carriers.delete(number),
    }
  }

  /** Cuts or restores all connections. */
  set isUp(isUp: boolean) {
    this.#isUp = isUp
    for (const events of this.#carriers.values()) isUp ? events.joined() : events.left('the test cut it')
  }

  /** Cuts the connection of one process. */
  cut(number: number): void {
    this.#cut.add(number)
    this.#carriers.get(number)?.left('the test cut it')
  }

  /** Restores the connection of one process. */
  restore(number: number): void {
    this.#cut.delete(number)
    this.#carriers.get(number)?.joined()
  }

  /** Ends a process without any notice. */
  kill(number: number): void {
    this.#dead.add(number)
    this.#carriers.delete(number)
  }

  /** Sends bytes to all. */
  inject(bytes: Uint8Array): void {
    for (const events of this.#carriers.values()) events.frame(bytes)
  }
}
