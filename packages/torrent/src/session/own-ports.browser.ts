/** Pages have no ports, unless an embedder adds a transport that listens. */
export class OwnPorts {
  listen = 0
  readonly mapper = null

  get announced(): number {
    return this.listen
  }

  for(_host: string): number {
    return this.listen
  }
}
