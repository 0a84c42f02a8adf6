/** Pages dial no addresses, and have none to report. */
export class Introductions {
  tick(): void {}

  received(): void {}

  stop(): void {}
}
