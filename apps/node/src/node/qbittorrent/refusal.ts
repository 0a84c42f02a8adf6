/** A refusal with qBittorrent's own status: 400 wrong parameters, 404 no such torrent, 409 it cannot be done, 415 no torrent file. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
