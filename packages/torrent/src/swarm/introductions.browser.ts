/** Pages dial no addresses, and have none to report. They recognize nobody. */
export class Introductions {
  tick(): void {}

  received(): void {}

  watchPeers<Events>(events: Events): Events {
    return events
  }

  watchTransfer<Events>(events: Events): Events {
    return events
  }

  stop(): void {}
}
